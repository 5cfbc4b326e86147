"""The demo's program: a small shop that first imports orders, then reports on them, with a thread that flushes.

usage: orders.py ROUNDS     a round is about a second of work, always the same, so that runs can be compared
SLOW_TAX=1 in the environment plants the regression that the demo's diff is to find
"""

import json
import os
import queue
import re
import sys
import threading

LINE = re.compile(r"(?P<customer>\w+):(?P<item>\w+):(?P<price>\d+)")
IMPORTS, REPORTS = 160, 320  # of a round: about as long as each other


def make_lines(count):
    return ["customer%d:item%d:%d" % (i % 97, i % 31, i * 7 % 5000) for i in range(count)]


def parse_order(line):
    return LINE.match(line).groupdict()


def import_orders(lines):
    orders = [parse_order(line) for line in lines]
    return json.loads(json.dumps(orders))


def tax(price, slow):
    total = 0
    for step in range(40 if slow else 12):
        total += price * step // 100
    return total


def total_of(orders, slow):
    return sum(int(order["price"]) + tax(int(order["price"]), slow) for order in orders)


def best_customers(orders):
    totals = {}
    for order in orders:
        totals[order["customer"]] = totals.get(order["customer"], 0) + int(order["price"])
    return sorted(totals, key=totals.get, reverse=True)[:10]


def report(orders, slow):
    return total_of(orders, slow), best_customers(orders)


def flush(pending):
    while pending.get() is not None:
        sum(range(20000))


def main(rounds, slow):
    pending = queue.Queue()
    threading.Thread(target=flush, args=(pending,), name="flusher", daemon=True).start()
    lines = make_lines(2000)
    for done in range(rounds * IMPORTS):
        orders = import_orders(lines)
        if done % 16 == 0:
            pending.put(orders)
    for done in range(rounds * REPORTS):
        totals = report(orders, slow)
        if done % 16 == 0:
            pending.put(totals)
    pending.put(None)


if __name__ == "__main__":
    main(int(sys.argv[1]), "SLOW_TAX" in os.environ)
