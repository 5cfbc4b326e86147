"""A producer and three consumers over a short queue, which block hundreds of times a second: pipeline.py SECONDS.

Every thread measures its own work by function: wall time (perf_counter) and CPU time (thread_time), less what the clocks
themselves take. Prints a line with its pid, begins at the first line of its input, and prints the sums as JSON.
"""

import hashlib
import json
import os
import queue
import sys
import threading
import time

functions = ("make_item", "checksum", "digest")
lock = threading.Lock()
sums = {name: {"calls": 0, "wall": 0.0, "cpu": 0.0} for name in functions}


class Meter:
    """Adds up one thread's calls of one function."""

    def __init__(self, function):
        self.function = function
        self.calls, self.wall, self.cpu = 0, 0.0, 0.0

    def __call__(self, *arguments):
        cpu, wall = time.thread_time(), time.perf_counter()
        result = self.function(*arguments)
        self.wall += time.perf_counter() - wall
        self.cpu += time.thread_time() - cpu
        self.calls += 1
        return result

    def add(self):
        with lock:
            total = sums[self.function.__name__]
            total["calls"] += self.calls
            total["wall"] += self.wall
            total["cpu"] += self.cpu


def make_item(number):
    return {"id": number, "payload": [j * number for j in range(300)]}


def checksum(item):
    total = 0
    for value in item["payload"]:
        total = (total * 31 + value) & 0xFFFFFFFF
    return total


def digest(item):
    return hashlib.md5(repr(item).encode()).hexdigest()


def produce(items, end, consumers):
    make = Meter(make_item)
    number = 0
    while time.perf_counter() < end:
        items.put(make(number))
        number += 1
    make.add()
    for _ in range(consumers):
        items.put(None)


def consume(items):
    check, sign = Meter(checksum), Meter(digest)
    while True:
        item = items.get()
        if item is None:
            break
        check(item)
        sign(item)
    check.add()
    sign.add()


print(os.getpid(), flush=True)
sys.stdin.readline()
began = time.perf_counter()
items = queue.Queue(100)
threads = [threading.Thread(target=consume, args=(items,), name="consumer-%d" % i) for i in range(3)]
for thread in threads:
    thread.start()
produce(items, began + float(sys.argv[1]), len(threads))
for thread in threads:
    thread.join()
print(json.dumps({"seconds": time.perf_counter() - began, "functions": sums}), flush=True)
