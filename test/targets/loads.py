"""Loads copies of a library one after another, deletes each, and has a thread wait in it: loads.py LIBRARY (native.c, built).

Says {"ready": pid} before the first.
"""
import ctypes
import json
import os
import shutil
import sys
import tempfile
import threading
import time

print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
folder = tempfile.mkdtemp()
for number in range(12):
    path = os.path.join(folder, "copy%d.so" % number)
    shutil.copy(sys.argv[1], path)
    library = ctypes.CDLL(path)
    os.unlink(path)
    thread = threading.Thread(target=library.rest)
    thread.daemon = True
    thread.start()
    time.sleep(0.2)
os.rmdir(folder)
time.sleep(1000)
