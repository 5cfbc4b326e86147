# -*- coding: utf-8 -*-
"""For Python 2.7: threads that hold still in several shapes of code, and one that computes.

Prints {"ready": pid}, then {"threads": [{id, name, frames: [[function, file, line], ...]}, ...]} as
sys._current_frames() shows those that hold still, innermost frame first. Stays until its standard input ends.
"""
import json
import os
import sys
import thread
import threading
import time

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


def deep(depth):
    if depth:
        deep(depth - 1)
    else:
        (lambda: block())()


def from_text():
    # A file in Latin script, one in Cyrillic, one whose name needs more than 16 bits a character.
    latin, plane, astral = [made("/tmp/größe.py"), made("/tmp/файл 文件.py"), made("/tmp/🐍.py")]
    latin(lambda: plane(lambda: astral(block)))


def made(path):
    space = {}
    exec(compile("def made(call):\n\n\n    call()\n", path, "exec"), space)
    return space["made"]


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


def main():
    print(json.dumps({"ready": os.getpid()}))
    sys.stdout.flush()
    shapes = [Old().method, New.method, iterate, lambda: deep(40), from_text]
    shown = ["old", "größer", "работник 一", "🐍", "text"]
    for name, shape in zip(shown, shapes):
        started = threading.Thread(target=shape, name=name)
        started.daemon = True
        started.start()
    busy = threading.Thread(target=spin, name="spin")
    busy.daemon = True
    busy.start()
    while len(inside) < len(shapes):
        time.sleep(0.01)
    time.sleep(0.1)
    names = dict((known.ident, known.name) for known in threading.enumerate())
    told = [
        {"id": ident, "name": names[ident], "frames": describe(frame)}
        for ident, frame in sys._current_frames().items()
        if names[ident] in shown
    ]
    print(json.dumps({"threads": told}))
    sys.stdout.flush()
    sys.stdin.read()


main()
