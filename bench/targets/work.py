"""A fixed amount of work, again and again on request: work.py SECONDS IDLE_THREADS. Says how long each took."""
import json
import sys
import threading
import time

seconds, idle = float(sys.argv[1]), int(sys.argv[2])


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def asleep():
    while True:
        time.sleep(3600)


def work(rounds):
    started = time.perf_counter()
    for _ in range(rounds):
        fib(17)
    return time.perf_counter() - started


# The fastest of a few is the least disturbed.
rounds = max(1, round(seconds / (min(work(10) for _ in range(10)) / 10)))
for _ in range(idle):
    threading.Thread(target=asleep, daemon=True).start()
print(json.dumps({"ready": rounds}), flush=True)
for line in sys.stdin:
    print(json.dumps({"took": work(rounds)}), flush=True)
