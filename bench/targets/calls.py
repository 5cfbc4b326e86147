"""
Programs that know which function they call from which line: calls.py NAME. A program runs a few rounds under
sys.setprofile, says what it saw, and then goes on for ever without. `script FILE TEXT` runs the benchmarks of a file that was
written for pyperf; its text comes along, since the interpreter may have another root.
"""
import json
import os
import sys
import threading
import types

edges = set()
is_learning = True


def place(frame):
    code = frame.f_code
    return code.co_name, code.co_filename, code.co_firstlineno


def runs_at_end(code):
    # A profile function keeps what its caller's variables hold a little longer, so that it ends elsewhere.
    return code.co_name in ("__del__", "_remove") or (code.co_name == "remove" and "weakref" in code.co_filename)


def learn(frame, event, argument):
    while event == "call" and frame is not None:
        back = frame.f_back
        line = back.f_lineno if back and not runs_at_end(frame.f_code) else 0
        edge = (place(back) if back else None, line or 0, place(frame))
        if edge in edges:
            return
        edges.add(edge)
        frame = back


def genlines():
    def numbers():
        while True:
            yield 1

    def leaf():
        pass

    def loop():
        count = 0
        for _ in numbers():
            leaf()
            count += 1
            if count == 2000:
                return

    return loop


def classes():
    class Base:
        def __init__(self, n):
            self.n = n

    class Point(Base):
        def __init__(self, x, y):
            super().__init__(x)
            self.y = y

        @property
        def length(self):
            return self.n + self.y

        def __add__(self, other):
            return Point(self.n + other.n, self.y + other.y)

        def __eq__(self, other):
            return self.n == other.n

        def __hash__(self):
            return hash(self.n)

    class Box:
        def __init__(self, n):
            self.items = [Point(n, k) for k in range(5)]
            self.fill(n)

        def fill(self, n):
            for item in self.items:
                item.last = Point(n, 1) + item

    def loop():
        for n in range(100):
            box = Box(n)
            sum(item.length for item in box.items)
            len({Point(1, 2), Point(1, 3)})

    return loop


def exceptions():
    import contextlib

    class Refused(Exception):
        def __init__(self, depth):
            Exception.__init__(self, depth)
            self.depth = depth

    @contextlib.contextmanager
    def guard(n):
        try:
            yield n
        except ValueError:
            pass

    def down(depth):
        if depth == 0:
            raise Refused(depth)
        try:
            down(depth - 1)
        except ValueError:
            handle()
        finally:
            handle()

    def handle():
        return [].append(1)

    def loop():
        for _ in range(50):
            try:
                down(6)
            except Refused as refused:
                handle()
            with guard(1):
                raise ValueError

    return loop


def logs():
    import logging

    class Nowhere(logging.Handler):
        def emit(self, record):
            self.format(record)

    logger = logging.Logger("calls")
    handler = Nowhere()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def loop():
        for n in range(60):
            logger.info("number %d of %s", n, "many")
            logger.debug("not seen")
            logger.warning("be warned")

    return loop


def tree():
    import asyncio

    async def leaf():
        await asyncio.sleep(0)

    async def grow(depth):
        if depth == 0:
            return await leaf()
        await asyncio.gather(*[grow(depth - 1) for _ in range(4)])

    def loop():
        asyncio.run(grow(4))

    return loop


def coroutines():
    async def last():
        return 1

    async def chain(n):
        return await last() if n == 0 else await chain(n - 1) + 1

    class Steps:
        def __await__(self):
            yield 1
            yield 2

    async def steps():
        await Steps()
        return await chain(3)

    async def numbers():
        for n in range(5):
            yield n

    async def gather():
        return [n async for n in numbers()]

    def run(coroutine):
        try:
            while True:
                coroutine.send(None)
        except StopIteration:
            pass

    def loop():
        for _ in range(40):
            run(chain(10))
            run(steps())
            run(gather())

    return loop


def pipeline():
    import functools
    import itertools

    def source(n):
        for k in range(n):
            yield k

    def doubled(items):
        for item in items:
            yield item * 2

    def odd(n):
        return n % 3 == 0

    def flat(n):
        if n > 0:
            yield n
            yield from flat(n - 1)

    def add(a, b):
        return a + b

    def loop():
        for _ in range(10):
            sum(doubled(doubled(source(30))))
            list(filter(odd, doubled(source(30))))
            functools.reduce(add, flat(12))
            list(itertools.islice(map(odd, source(50)), 40))
            sorted(source(40), key=lambda n: -n)
            max(x for x in source(20) if odd(x))
            dict((k, k) for k in source(20))

    return loop


def encoder():
    data = {"k%d" % n: [n, str(n), {"x": [1.5, None, True]}] for n in range(40)}

    def loop():
        text = json.dumps(data, indent=2)
        json.dumps(data, indent=1, sort_keys=True)
        json.loads(text)

    return loop


def tokens():
    import io
    import textwrap
    import tokenize

    source = "".join("def f%d(a, b=%d):\n    return [a + b, (%d, 'x'), f(a)]\n\n\n" % (n, n, n) for n in range(20))

    def loop():
        list(tokenize.generate_tokens(io.StringIO(source).readline))
        textwrap.wrap(source, 60)

    return loop


def syntax():
    import ast

    source = "".join("def f%d(a, b=%d):\n    return [a + b, (%d, 'x'), f(a)]\n" % (n, n, n) for n in range(20))

    class Names(ast.NodeVisitor):
        def visit_Name(self, node):
            self.generic_visit(node)

    def loop():
        tree = ast.parse(source)
        Names().visit(tree)
        sum(1 for _ in ast.walk(tree))
        ast.dump(tree)

    return loop


def texts():
    import configparser
    import difflib
    import string

    words = [str(n * n) for n in range(60)]
    config = "".join("[s%d]\nkey = %d\nother = a%%(key)s\n" % (n, n) for n in range(20))

    def loop():
        list(difflib.ndiff(words, words[5:] + ["x", "yy"]))
        parser = configparser.ConfigParser()
        parser.read_string(config)
        parser.get("s7", "other")
        for word in words:
            string.Template("$a and ${b}").substitute(a=word, b=1)

    return loop


def numbers():
    import datetime
    import fractions
    import random
    import statistics

    dice = random.Random(1)

    def loop():
        sum((fractions.Fraction(1, n * (n + 1)) for n in range(1, 30)), fractions.Fraction())
        statistics.mean([1, 2, 3, 4])
        dice.sample(range(100), 20)
        items = list(range(30))
        dice.shuffle(items)
        datetime.datetime.strptime("2024-03-01", "%Y-%m-%d")

    return loop


def copies():
    import copy
    import pprint

    class Node:
        def __init__(self, depth):
            self.children = [Node(depth - 1) for _ in range(2)] if depth else []

    data = {"a": [Node(3), {"b": (1, 2, [3])}], "c": {n: [n] for n in range(10)}}

    def loop():
        copy.deepcopy(data)
        pprint.pformat({n: list(range(n)) for n in range(12)})

    return loop


def heap():
    import bisect
    import heapq

    class Job:
        def __init__(self, n):
            self.n = n

        def __lt__(self, other):
            return self.key() < other.key()

        def key(self):
            return self.n

    def loop():
        jobs = []
        for n in range(60):
            heapq.heappush(jobs, Job(n * 7919 % 101))
        while jobs:
            heapq.heappop(jobs)
        bisect.insort(jobs, Job(1))
        bisect.insort(jobs, Job(2))

    return loop


def calls():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    def ack(m, n):
        if m == 0:
            return n + 1
        if n == 0:
            return ack(m - 1, 1)
        return ack(m - 1, ack(m, n - 1))

    def spread(*items, **named):
        return one(*items) + two(**named)

    def one(a, b):
        return a + b

    def two(c=1, d=2):
        return c + d

    def loop():
        fib(14)
        ack(2, 4)
        for n in range(100):
            spread(n, 2, c=3, d=n)

    return loop


def tests():
    import unittest

    class Cases(unittest.TestCase):
        def setUp(self):
            self.items = [1, 2]

        def test_equal(self):
            self.assertEqual(self.items, [1, 2])
            self.assertIn(1, self.items)

        def test_raises(self):
            with self.assertRaises(KeyError):
                {}[1]

        def test_subtests(self):
            for n in range(3):
                with self.subTest(n=n):
                    self.assertGreater(n, -1)

    def loop():
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(Cases)
        suite.run(unittest.TestResult())

    return loop


def threads():
    import queue

    def produce(into):
        for n in range(20):
            into.put(make(n))
        into.put(None)

    def make(n):
        return [n] * 10

    def consume(out):
        while use(out.get()) is not None:
            pass

    def use(item):
        return item and [str(n) for n in item]

    class Thread(threading.Thread):
        # The hook that threading has comes too late for the first calls of a thread.
        def _bootstrap(self):
            sys.setprofile(learn if is_learning else None)
            learn(sys._getframe(), "call", None)
            super()._bootstrap()

    def loop():
        items = queue.Queue(5)
        workers = [Thread(target=produce, args=(items,)), Thread(target=consume, args=(items,))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return loop


def script(path, text):
    """All benchmarks of a file that asks pyperf to run them."""
    import argparse
    import asyncio
    import time

    found = []

    class Runner:
        def __init__(self, **options):
            self.metadata = {}
            self.argparser = argparse.ArgumentParser()
            self.args = None

        def parse_args(self):
            options, _ = self.argparser.parse_known_args([])
            self.args = options
            return options

        def bench_func(self, name, function, *arguments, **options):
            found.append(lambda: function(*arguments))

        def bench_time_func(self, name, function, *arguments, **options):
            found.append(lambda: function(1, *arguments))

        def bench_async_func(self, name, function, *arguments, **options):
            found.append(lambda: asyncio.run(function(*arguments)))

    stub = types.ModuleType("pyperf")
    stub.Runner, stub.perf_counter = Runner, time.perf_counter
    sys.modules["pyperf"] = stub
    sys.path.insert(0, os.path.dirname(path))
    sys.argv = [path]
    code = compile(text, path, "exec")
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    exec(code, module.__dict__)

    def loop():
        for run in found:
            run()

    return loop


def main():
    global is_learning
    rounds = int(os.environ.get("ROUNDS", "6"))
    loop = globals()[sys.argv[1]](*sys.argv[2:])
    loop()
    sys.setprofile(learn)
    count = 0
    while True:
        if count == rounds:
            sys.setprofile(None)
            is_learning = False
            known = [[edge[0] and list(edge[0]), edge[1], list(edge[2])] for edge in edges]
            print(json.dumps({"ready": os.getpid(), "edges": known}), flush=True)
        count += 1
        loop()


main()
