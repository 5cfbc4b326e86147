"""Three threads: `spin` computes all the time, `half` computes and sleeps in turn, `sleep` waits for ever.

Both that compute note what the clocks show, [monotonic, own CPU time] in ns, about every 20 ms. A line of input
makes the program print {"marks": {thread: [...]}}.
"""
import _thread
import json
import os
import sys
import threading
import time

marks = {"spin": [], "half": []}


def note(who):
    # The names that give whole nanoseconds came with 3.7.
    clocks = (time.CLOCK_MONOTONIC, time.CLOCK_THREAD_CPUTIME_ID)
    marks[who].append([int(time.clock_gettime(clock) * 1e9) for clock in clocks])


def compute(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(1000):
            pass


def spin():
    while True:
        compute(0.02)
        note("spin")


def half():
    while True:
        compute(0.01)
        time.sleep(0.01)
        note("half")


def sleep():
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire()


def main():
    for function in (spin, half, sleep):
        threading.Thread(target=function, name=function.__name__, daemon=True).start()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    sys.stdin.readline()
    print(json.dumps({"marks": marks}), flush=True)


main()
