"""Work of a known kind, a part of it slowed by a known share: planted.py SECONDS, and PLANTED=10 in the environment
for ten percent more work in the function `target`. Says at its end how many units of work it did."""
import json
import os
import random
import re
import sys
import time

factor = 1 + float(os.environ.get("PLANTED", "0")) / 100
pattern = re.compile(r"(\w+)=(\d+)")


def target(steps):
    total = 0
    for step in range(int(steps * factor)):
        total += step * step % 7
    return total


def parse(lines):
    return [pattern.findall(line) for line in lines]


def encode(data):
    return json.dumps(data, indent=1)


def order(data):
    return sorted(data, key=lambda pairs: str(pairs))


def unit(lines):
    target(random.randrange(1000, 3500))
    for _ in range(random.randrange(1, 4)):
        data = parse(lines)
    encode(data[: random.randrange(20, 60)])
    order(data)


def main(seconds):
    lines = ["key%d=%d other%d=%d" % (at, at * 7, at, at * 13) for at in range(300)]
    end = time.monotonic() + seconds
    units = 0
    while time.monotonic() < end:
        unit(lines)
        units += 1
    print(units)


main(float(sys.argv[1]))
