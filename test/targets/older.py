# -*- coding: utf-8 -*-
"""For Python 2.7 to 3.5, in the syntax that all of them have: threads that hold still in several shapes of code, and
one that computes.

Prints {"ready": pid}, then {"threads": [{id, name, frames: [[function, file, line], ...]}, ...]} as
sys._current_frames() shows those that hold still, innermost frame first. Stays until its standard input ends.
"""
import json
import os
import sys
import threading
import time

try:
    import thread
except ImportError:
    import _thread as thread

gate = thread.allocate_lock()
gate.acquire()
inside = []


def block(*_args):
    inside.append(1)
    gate.acquire()


class Old:
    def method(self):
        block(
            1,
            2,
        )


class New(object):
    @staticmethod
    def method():
        return [block() for _ in range(1)]


def generate():
    yield 1
    yield block()


def iterate():
    for _ in generate():
        pass


def handle():
    try:
        try:
            raise KeyError(1)
        except (
            TypeError,
            KeyError,
        ):
            raise ValueError(
                "late"
            )
        finally:
            len("")
    except ValueError:
        for i in range(3):
            while i == 2:
                block({
                    "a": i,
                    "b": [
                        i,
                    ],
                })


def deep(depth):
    if depth:
        deep(depth - 1)
    else:
        (lambda: block())()


def made(source, file="<text>"):
    space = {"block": block}
    exec(compile(source, file, "exec"), space)
    return space["made"]


def from_text(source):
    made(source)()


def in_files():
    """A file in Latin script, one in Cyrillic, one whose name needs more than 16 bits a character."""
    source = "def made(call):\n\n\n    call()\n"
    latin, plane, astral = [made(source, path) for path in ("/tmp/größe.py", "/tmp/файл 文件.py", "/tmp/🐍.py")]
    latin(lambda: plane(lambda: astral(block)))


# More than 255 lines and 255 bytes between two entries of the table of lines.
FAR = "def made():\n    x = [%s]\n%s    block()\n" % (", ".join(["0"] * 300), "\n" * 700)

DELEGATE = """
def inner():
    yield 1
    yield block(
        2)

def made():
    def outer():
        yield from inner()

    for _ in outer():
        pass
"""

AWAIT = """
class Context:
    async def __aenter__(self):
        block()

    async def __aexit__(self, *_):
        pass

async def inner():
    async with Context():
        pass

async def outer():
    await inner()

def made():
    try:
        outer().send(None)
    except StopIteration:
        pass
"""


def spin():
    while True:
        for _ in range(100000):
            pass
        time.sleep(0.0001)


def describe(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append([code.co_name, code.co_filename, frame.f_lineno])
        frame = frame.f_back
    return frames


def start(target, name):
    started = threading.Thread(target=target, name=name)
    started.daemon = True
    started.start()


def look(names):
    known = dict((thread.ident, thread.name) for thread in threading.enumerate())
    return [
        {"id": ident, "name": known[ident], "frames": describe(frame)}
        for ident, frame in sorted(sys._current_frames().items())
        if known[ident] in names
    ]


def main():
    print(json.dumps({"ready": os.getpid()}))
    sys.stdout.flush()
    shapes = {
        "old": Old().method,
        "new": New.method,
        "iterate": iterate,
        "🐍": handle,
        "работник 一": lambda: deep(40),
        "größer": in_files,
        "far": lambda: from_text(FAR),
    }
    if sys.version_info >= (3, 3):
        shapes["delegate"] = lambda: from_text(DELEGATE)
    if sys.version_info >= (3, 5):
        shapes["await"] = lambda: from_text(AWAIT)
    for name in shapes:
        start(shapes[name], name)
    start(spin, "spin")
    while len(inside) < len(shapes):
        time.sleep(0.01)
    before = None
    while before is None or before != look(shapes):
        before = look(shapes)
        time.sleep(0.05)
    print(json.dumps({"threads": before}))
    sys.stdout.flush()
    sys.stdin.read()


main()
