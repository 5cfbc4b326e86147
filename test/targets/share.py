"""Spends 70 % of its time in `slow` and 30 % in `fast`, by the clock, so that the load of the machine hardly matters.

share.py                      goes on until it is killed
share.py SECONDS TAIL STATUS  does so for SECONDS, then runs only `tail` for TAIL seconds, tells when the phases began
                              and ended (seconds since 1970), and ends with STATUS
"""
import json
import os
import sys
from time import perf_counter, time


class Work:
    def slow(self, seconds):
        end = perf_counter() + seconds
        while perf_counter() < end:  # line: slow
            pass

    def fast(self, seconds):
        end = perf_counter() + seconds
        while perf_counter() < end:  # line: fast
            pass

    def mix(self):
        self.slow(0.042)  # line: calls_slow
        self.fast(0.018)  # line: calls_fast


def tail(seconds):
    end = perf_counter() + seconds
    while perf_counter() < end:  # line: tail
        pass


def main():
    work = Work()
    for _ in range(3):
        work.mix()
    jit = getattr(sys, "_jit", None)
    ready = {"ready": os.getpid(), "file": os.path.abspath(__file__), "jit": jit is not None and jit.is_enabled()}
    print(json.dumps(ready), flush=True)
    if len(sys.argv) == 1:
        while True:
            work.mix()
    started = time()
    while time() < started + float(sys.argv[1]):
        work.mix()
    turned = time()
    tail(float(sys.argv[2]))
    print(json.dumps({"phases": [started, turned, time()]}), flush=True)
    sys.exit(int(sys.argv[3]))


main()
