"""Greenlets; prints {"ready": pid}.

greenlets.py turns: two of them take turns, 7 to 3, each in a chain of its own.
greenlets.py wait: some wait, at known places, while another one runs.
"""
import json
import os
import sys
import time

import greenlet


def burn(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(100):
            pass


def alpha():
    while True:
        alpha_work(3)
        second.switch()


def alpha_work(depth):
    return burn(0.007) if depth == 0 else alpha_work(depth - 1)


def beta():
    while True:
        beta_work(5)
        first.switch()


def beta_work(depth):
    return burn(0.003) if depth == 0 else beta_work(depth - 1)


class Kind(greenlet.greenlet):
    pass


def parked(depth):
    if depth > 0:
        return parked(depth - 1)
    main.switch()  # line: parked


def through_c():
    return sorted([2], key=lambda number: parked(1))  # line: through_c


def hog():
    print(json.dumps({"ready": os.getpid()}), flush=True)
    while True:
        time.sleep(0.01)


main = greenlet.getcurrent()
if sys.argv[1] == "turns":
    first = greenlet.greenlet(alpha)
    second = greenlet.greenlet(beta)
    print(json.dumps({"ready": os.getpid()}), flush=True)
    first.switch()
else:
    waiting = [Kind(parked), Kind(parked), Kind(through_c)]
    waiting[0].switch(0)
    waiting[1].switch(3)
    waiting[2].switch()
    unused = Kind(parked)
    ended = Kind(lambda: None)
    ended.switch()
    Kind(hog).switch()  # line: main
