"""Compiles, runs and drops code without end, under a new name each time, so that addresses of code objects come back.

Notes when each piece ran (monotonic clock, ns). A line of input makes it print {"runs": [[name, start, end], …]}.
"""
import json
import os
import sys
import threading
import time

# Before 3.7 the clock has no whole nanoseconds.
monotonic_ns = getattr(time, "monotonic_ns", lambda: int(time.monotonic() * 1e9))

source = """
def {name}(clock):
    end = clock() + {length}
    while clock() < end:
        pass

{name}(clock)
"""
runs = []
over = []


def churn():
    serial = 0
    while not over:
        serial += 1
        name = "piece_%06d" % serial
        # Now and then none is made or freed for a while.
        length = 3000000 if serial % 5 else 30000000
        code = compile(source.format(name=name, length=length), "piece.py", "exec")
        start = monotonic_ns()
        exec(code, {"clock": monotonic_ns})
        runs.append((name, start, monotonic_ns()))
        del code


def main():
    thread = threading.Thread(target=churn)
    thread.start()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    sys.stdin.readline()
    over.append(1)
    thread.join()
    print(json.dumps({"runs": runs}), flush=True)


main()
