"""recursion.py DEPTH: a thread calls itself so often, and waits there for ever. Prints {"ready": pid} when it is there."""
import _thread
import json
import os
import sys
import threading

gate = _thread.allocate_lock()
gate.acquire()


def bottom():
    print(json.dumps({"ready": os.getpid()}), flush=True)
    gate.acquire()


def recurse(depth):
    if depth == 0:
        bottom()
    else:
        recurse(depth - 1)


def outermost():
    recurse(int(sys.argv[1]))


sys.setrecursionlimit(10**6)
# Before 3.11 each call takes some of the C stack, too.
threading.stack_size(512 << 20)
threading.Thread(target=outermost, name="deep", daemon=True).start()
sys.stdin.read()
os._exit(0)
