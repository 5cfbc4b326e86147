"""Starts threads that end at once, without end; with an argument, replaces itself that many times by itself instead.

A thread with number n runs `outer_n` → `middle_n` → `inner_n`, compiled for it and dropped with it.
"""
import json
import os
import sys
import threading

left = int(sys.argv[1]) if len(sys.argv) > 1 else None

source = """
def inner_{n}():
    total = 0
    for i in range(400):
        total += i
    return total

def middle_{n}():
    return [inner_{n}() for _ in range(4)]

def outer_{n}():
    return middle_{n}()
"""


def run(n):
    space = {}
    exec(compile(source.format(n=n), "hasty_%d.py" % n, "exec"), space)
    space["outer_%d" % n]()


def main():
    n = 0
    while left is None or n < 40:
        threads = [threading.Thread(target=run, args=(n + i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        n += 4


if left is None or len(sys.argv) == 2:
    sys.stdout.write(json.dumps({"ready": os.getpid()}) + "\n")
    sys.stdout.flush()
if left is not None and len(sys.argv) == 2:
    sys.stdin.readline()
main()
if left:
    program = os.path.abspath(__file__)
    os.execv(sys.executable, [sys.executable, "-I", program, str(left - 1), "again"])
