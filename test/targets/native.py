"""Threads that wait in native code, for ever: native.py LIBRARY (native.c, built).

"calls" has Python called by C called by Python, twice; "sorts" is in a key function; "rests" in a call of the library's own;
"locks" waits for a lock; "selects" for a file. One more is not Python's. "computes" runs, if a word follows.
"""
import ctypes
import json
import os
import select
import sys
import threading
import time

library = ctypes.CDLL(sys.argv[1])
CALL = ctypes.CFUNCTYPE(None)
reached = threading.Semaphore(0)
never = threading.Lock()
never.acquire()


def park():
    reached.release()
    never.acquire()


def again():
    library.outer(CALL(park))


def calls():
    library.outer(CALL(again))


def key(number):
    park()
    return number


def sorts():
    sorted([3, 1, 2], key=key)


def rests():
    reached.release()
    library.rest()


def locks():
    park()


def selects():
    reached.release()
    select.select([os.pipe()[0]], [], [])


def computes():
    while True:
        sum(range(1000))


bodies = [calls, sorts, rests, locks, selects]
for body in bodies + ([computes] if len(sys.argv) > 2 else []):
    thread = threading.Thread(target=body, name=body.__name__)
    thread.daemon = True
    thread.start()
for body in bodies:
    reached.acquire()
started = ctypes.c_ulong()
ctypes.CDLL(None).pthread_create(ctypes.byref(started), None, ctypes.cast(library.alone, ctypes.c_void_p), None)
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
time.sleep(1000)
