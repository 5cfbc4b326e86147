"""Threads that stand at a given depth: depth.py DEPTH THREADS one|all|idle. Which of them run is the last word."""
import json
import os
import sys
import threading
import time

depth, threads, running = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
sys.setrecursionlimit(depth + 1000)
threading.stack_size(16 << 20)
source = "def f%d(left, end):\n    return end() if left <= 1 else f%d(left - 1, end)\n"
for number in range(20):
    exec(source % (number, (number + 1) % 20))


def busy():
    total = 0
    while True:
        for number in range(1000):
            total += number


def asleep():
    while True:
        time.sleep(3600)


def start(number, extra):
    runs = running == "all" or (running == "one" and number == 0)
    globals()["f0"](depth - extra, busy if runs else asleep)


for number in range(1, threads):
    # Frames around the chain: _bootstrap, _bootstrap_inner, run, start, and the innermost one.
    threading.Thread(target=start, args=(number, 5), daemon=True).start()
print(json.dumps({"ready": os.getpid()}), flush=True)
start(0, 3)
