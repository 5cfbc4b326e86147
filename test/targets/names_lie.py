"""Two threads whose functions have the wrong names: `wait` in a file threading.py computes, and `compute` sleeps.

Prints {"ready": pid}.
"""
import _thread
import json
import os
import sys
import threading

gate = _thread.allocate_lock()
gate.acquire()
space = {}
exec(compile("def wait():\n    while True:\n        sum(range(1000))\n", "/usr/lib/python3/threading.py", "exec"), space)


def compute():
    gate.acquire()


for name, function in (("busy", space["wait"]), ("asleep", compute)):
    threading.Thread(target=function, name=name, daemon=True).start()
print(json.dumps({"ready": os.getpid()}), flush=True)
sys.stdin.read()
os._exit(0)
