"""Threads whose state is told by more than running and sleeping. With the argument "wait", `greedy` and `wanting` both
compute all the time, so that each waits for the other; with "collect", a thread of that name calls the garbage
collector on many objects, over and over; with "rivals", four threads compute in Python alone; with "pack", two compress
64 MB at a time, which needs no GIL, beside one that computes in Python. `asleep` waits for a lock that nobody
gives back.
"""
import gc
import json
import os
import sys
import threading
import zlib


def compute():
    while True:
        sum(range(1000))


def rival():
    number = 0
    while True:
        for i in range(50):
            number ^= i


def pack():
    data = bytes(bytearray(64 << 20))
    while True:
        zlib.compress(data)


def collect():
    # Tuples of lists are tracked, and each collection visits them all.
    garbage = [([],) for _ in range(300000)]
    while True:
        gc.collect()
        len(garbage)


def asleep():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def start(function, name):
    thread = threading.Thread(target=function, name=name)
    thread.daemon = True
    thread.start()


gc.disable()
start(asleep, "asleep")
if sys.argv[1] == "rivals":
    for i in range(4):
        start(rival, "rival-%d" % i)
elif sys.argv[1] == "pack":
    start(pack, "pack-0")
    start(pack, "pack-1")
    start(rival, "rival-0")
elif sys.argv[1] == "wait":
    start(compute, "greedy")
    start(compute, "wanting")
else:
    start(collect, "collect")
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.readline()
