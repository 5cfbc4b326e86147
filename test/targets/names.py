"""Threads that wait in functions of C++ and Rust, for ever: names.py LIBRARY (names.cpp, built)."""
import ctypes
import json
import os
import sys
import threading
import time

library = ctypes.CDLL(sys.argv[1])
for called in ("cpp", "rust"):
    thread = threading.Thread(target=getattr(library, called), name=called)
    thread.daemon = True
    thread.start()
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
time.sleep(1000)
