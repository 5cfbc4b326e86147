"""Recurses as deep as it is told, in a thread with stack enough, and waits there: `first` → `second` → `descend` … → `bottom`."""
import json
import os
import sys
import threading

gate = threading.Lock()
gate.acquire()


def bottom():
    sys.stdout.write(json.dumps({"ready": os.getpid()}) + "\n")
    sys.stdout.flush()
    gate.acquire()


def descend(depth):
    if depth:
        descend(depth - 1)
    else:
        bottom()


def second(depth):
    descend(depth)


def first(depth):
    second(depth)


depth = int(sys.argv[1])
sys.setrecursionlimit(depth + 1000)
# Before 3.11 every call takes C stack, too; what is not touched costs nothing.
threading.stack_size(1 << 30)
thread = threading.Thread(target=first, args=(depth,), name="deep")
thread.daemon = True
thread.start()
sys.stdin.read()
os._exit(0)
