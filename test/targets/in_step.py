"""
Works in step with a sampler: in each cycle 70 % of the time in slow, the rest in fast. Arguments: cycle in s, seconds. Says at the
end how much of the time it was in slow by its own clock, in percent: a busy machine makes it more or less.
"""
import json
import sys
import time


def slow(until):
    now = time.perf_counter()
    while now < until:
        now = time.perf_counter()
    return now


def fast(until):
    now = time.perf_counter()
    while now < until:
        now = time.perf_counter()
    return now


def main(cycle, seconds):
    begin = start = time.perf_counter()
    end = begin + seconds
    inside = 0.0
    while start < end:
        # Always in step: what is late ends where it would have ended.
        next_cycle = begin + (int((start - begin) / cycle) + 1) * cycle
        turned = slow(next_cycle - 0.3 * cycle)
        inside += turned - start
        start = fast(next_cycle)
    print(json.dumps({"share": 100 * inside / (start - begin)}))


main(float(sys.argv[1]), float(sys.argv[2]))
