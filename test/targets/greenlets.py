"""Two greenlets that take turns, 7 to 3, each in a chain of its own. Prints {"ready": pid}."""
import json
import os
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


first = greenlet.greenlet(alpha)
second = greenlet.greenlet(beta)
print(json.dumps({"ready": os.getpid()}), flush=True)
first.switch()
