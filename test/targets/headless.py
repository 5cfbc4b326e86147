"""A process whose main thread ends (pthread_exit) while another goes on.

Prints {"ready": pid}. A line of input makes the main thread end; the worker computes until the input ends.
"""
import ctypes
import json
import os
import select
import sys
import threading

ended = threading.Event()


def work():
    while not ended.is_set() or not select.select([0], [], [], 0)[0]:
        for _ in range(10000):
            pass
    os._exit(0)


threading.Thread(target=work).start()
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
# Not through sys.stdin, which may read on.
os.read(0, 100)
ended.set()
# A call through CDLL is made without the GIL, which the others need.
ctypes.CDLL(None).pthread_exit(None)
