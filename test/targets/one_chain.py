"""Threads whose outermost frames are made to lead into one chain of frames (3.7 to 3.10): one_chain.py THREADS FRAMES.

Prints {"ready": pid}, and stays until its standard input is closed.
"""
import ctypes
import json
import os
import sys
import threading
import time

count, depth = int(sys.argv[1]), int(sys.argv[2])
sys.setrecursionlimit(depth + 1000)
top = []
arrived = []


def descend(left):
    if left > 0:
        descend(left - 1)
    top.append(sys._getframe())
    time.sleep(6000)


def loop():
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    # f_back (Include/cpython/frameobject.h, Include/frameobject.h) is the first field behind the head.
    ctypes.c_void_p.from_address(id(frame) + 24).value = id(top[0])
    arrived.append(frame)
    while True:
        time.sleep(0.001)


threading.stack_size(1 << 30)
threading.Thread(target=descend, args=(depth,), daemon=True).start()
while not top:
    time.sleep(0.01)
threading.stack_size(1 << 18)
for _ in range(count):
    threading.Thread(target=loop, daemon=True).start()
while len(arrived) < count:
    time.sleep(0.01)
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.read()
os._exit(0)
