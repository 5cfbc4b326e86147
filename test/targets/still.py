"""A few threads that hold still, for fixtures of saved memory: shapes of code without the standard library's depth.

Prints {"ready": …} and {"threads": …} as shapes.py does, and waits.
"""
import _thread
import json
import os
import sys
import threading
import time

gate = _thread.allocate_lock()
gate.acquire()
inside = []


def block(*_args):
    inside.append(1)
    gate.acquire()


class Worker:
    def run(self):
        self.step(
            1,
            [block() for _ in range(1)],
        )

    def step(self, *_args):
        pass


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


def other_script():
    space = {"block": block}
    source = "def %s():\n\n    try:\n        raise ValueError\n    except ValueError as e:\n        block(\n            e)\n"
    exec(compile(source % "gr\u00f6\u00dfe", "/tmp/\u6587\u4ef6.py", "exec"), space)
    space["gr\u00f6\u00dfe"]()


def describe(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append([getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0])
        frame = frame.f_back
    return frames


def look():
    known = {thread.ident: thread for thread in threading.enumerate()}
    return [
        {
            "id": ident,
            "native": getattr(known[ident], "native_id", None),
            "name": known[ident].name,
            "frames": describe(frame),
        }
        for ident, frame in sorted(sys._current_frames().items())
        if ident != threading.get_ident()
    ]


def report(count):
    while len(inside) < count:
        time.sleep(0.01)
    before = None
    while before is None or before != look():
        before = look()
        time.sleep(0.05)
    print(json.dumps({"threads": before}), flush=True)
    os.read(0, 1)


def main():
    targets = [Worker().run, iterate, lambda: deep(60), other_script]
    names = ["worker", "gr\u00f6\u00dfe", "\u0440\u0430\u0431\u043e\u0442\u043d\u0438\u043a", "\U0001f40d"]
    for target, name in zip(targets, names):
        threading.Thread(target=target, name=name, daemon=True).start()
    threading.Thread(target=report, args=(len(targets) + 1,), name="reporter", daemon=True).start()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    block()


main()
