"""Threads whose state is told by more than running and sleeping. With the argument "wait", `greedy` and `wanting` both
compute all the time, so that each waits for the other; with "collect", a thread of that name calls the garbage
collector on many objects, over and over. `asleep` waits for a lock that nobody gives back.
"""
import gc
import json
import os
import sys
import threading


def compute():
    while True:
        sum(range(1000))


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
if sys.argv[1] == "wait":
    start(compute, "greedy")
    start(compute, "wanting")
else:
    start(collect, "collect")
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.readline()
