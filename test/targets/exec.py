"""Runs `before` until it reads a line, then replaces itself by another Python program, which runs `after` for a while."""
import json
import os
import sys
import threading
from time import perf_counter


def compute(seconds):
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass


def before(told):
    while not told:
        compute(0.01)


def after():
    compute(0.8)


if len(sys.argv) > 1:
    after()
else:
    print(json.dumps({"ready": os.getpid()}), flush=True)
    lines = []
    threading.Thread(target=lambda: lines.append(sys.stdin.readline()), daemon=True).start()
    before(lines)
    os.execv(sys.executable, [sys.executable, "-E", "-s", os.path.abspath(__file__), "again"])
