"""A service with four workers, a queue, a database in memory and long phases: service.py SECONDS"""
import queue
import random
import sqlite3
import statistics
import sys
import threading
import time
import zlib
from decimal import Decimal
from fractions import Fraction

jobs = queue.Queue(64)


def prices(count):
    return [Decimal(random.randrange(100, 99999)) / 100 for _ in range(count)]


def bill(count):
    total = sum(prices(count), Decimal(0))
    return (total * Decimal("1.19")).quantize(Decimal("0.01"))


def shares(count):
    parts = [Fraction(random.randrange(1, 99), random.randrange(1, 99)) for _ in range(count)]
    return sum(parts[:8], Fraction(0)), statistics.median(parts)


def pack(count):
    text = ",".join(str(random.random()) for _ in range(count))
    return len(zlib.compress(text.encode(), 6))


def store(count):
    base = sqlite3.connect(":memory:")
    base.execute("create table t (a integer, b text)")
    base.executemany("insert into t values (?, ?)", ((at, str(at)) for at in range(count)))
    rows = base.execute("select a % 7, count(*) from t group by 1").fetchall()
    base.close()
    return rows


def worker():
    while True:
        job, count = jobs.get()
        if job is None:
            return
        job(count)


def main(seconds):
    workers = [threading.Thread(target=worker, name="worker-%d" % at) for at in range(4)]
    for thread in workers:
        thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # A phase of one kind of work, from a tenth of a second to about two.
        job, count = random.choice([(bill, 400), (shares, 120), (pack, 800), (store, 900)])
        until = min(end, time.monotonic() + random.uniform(0.1, 2.0))
        while time.monotonic() < until:
            jobs.put((job, count))
            if random.random() < 0.02:
                time.sleep(0.01)
    for _ in workers:
        jobs.put((None, 0))
    for thread in workers:
        thread.join()


main(float(sys.argv[1]))
