"""Threads that run one function at once, each on lines of its own: `left` on some, `right` on others.

Prints {"ready": …}. "rest" starts threads that run the function until it is warm, and then wait inside it at places
of their own; answered by {"threads": …} as shapes.py does. "spin" starts a pair that computes for ever. "churn" lets twenty
pairs come and go, one after another, with the garbage of each thrown away; answered by {"pairs": 20}.
"""
import _thread
import gc
import json
import os
import sys
import threading
import time

gate = _thread.allocate_lock()
gate.acquire()
inside = []


def say(key, value):
    print(json.dumps({key: value}), flush=True)


def both(side, end):
    if side == "left":
        while not end:
            pass  # line: left
        return 1
    else:
        while not end:
            pass  # line: right
        return 2


def left(end):
    both("left", end)


def right(end):
    both("right", end)


def block():
    inside.append(1)
    gate.acquire()


def rest(place, wait):
    total = 0
    if place == 0:
        total += wait()
    elif place == 1:
        total += (
            1
            + wait()
        )
    elif place == 2:
        for _ in range(2):
            total += wait()
    else:
        total += sum(wait() for _ in range(2))
    return total


def warm(place):
    for _ in range(3000):
        rest(place, int)
    rest(place, block)


def describe(frame):
    frames = []
    while frame is not None:
        frames.append([frame.f_code.co_qualname, frame.f_code.co_filename, frame.f_lineno or 0])
        frame = frame.f_back
    return frames


def look(threads):
    current = sys._current_frames()
    return [{"id": thread.ident, "name": thread.name, "frames": describe(current[thread.ident])} for thread in threads]


def start_resting():
    threads = [threading.Thread(target=warm, args=(i % 4,), name="rest%d" % i, daemon=True) for i in range(8)]
    for thread in threads:
        thread.start()
    while len(inside) < len(threads):
        time.sleep(0.01)
    before = None
    while before is None or before != look(threads):
        before = look(threads)
        time.sleep(0.05)
    say("threads", before)


def start_pair(end):
    pair = [threading.Thread(target=function, args=(end,), name=function.__name__, daemon=True) for function in (left, right)]
    for thread in pair:
        thread.start()
    return pair


def churn():
    for count in range(20):
        end = []
        pair = start_pair(end)
        time.sleep(0.05)
        end.append(1)
        for thread in pair:
            thread.join()
        # Which side gets the copy of which changes; collecting gives back those that are free.
        if count % 3 == 0:
            left(end)
        gc.collect()
    say("pairs", 20)


def main():
    say("ready", os.getpid())
    for line in sys.stdin:
        command = line.strip()
        if command == "rest":
            start_resting()
        elif command == "spin":
            start_pair([])
        elif command == "churn":
            churn()


main()
