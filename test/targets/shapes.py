"""Holds one thread in each of many shapes of code, and tells what sys._current_frames() shows of all of them.

Prints {"ready": …}, then {"threads": [{id, native, name, frames: [[function, file, line], …]}, …]} with the innermost
frame first, when nothing moves any more. Stays there until its standard input ends.
"""
import _thread
import asyncio
import contextlib
import functools
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
    gate.acquire()  # forever


def combine(*args):
    block(args)


# --- calls over several lines -------------------------------------------------------------------------------


def multi_line_argument():
    combine_nothing(
        1,
        block(
            2,
        ),
        3,
    )


def combine_nothing(*_args):
    pass


def multi_line_call():
    return combine(
        [
            1,
            2,
        ],
        {
            "three": 3,
        },
    )


def multi_line_expression():
    one = 1
    return (
        one
        + 2
        + (
            block()
            or 3
        )
        + 4
    )


def chained():
    class Chain:
        def step(self):
            return self

        def stop(self):
            block()

    return (
        Chain()
        .step()
        .step()
        .stop()
    )


def multi_line_text():
    return (
        f"one {1} "
        f"two {block()} "
        f"three {3}"
    )


# --- functions of other kinds -------------------------------------------------------------------------------


def decorate(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(
            *args,
            **kwargs,
        )

    return wrapper


@decorate
@decorate
def decorated():
    block()


def decorator_that_blocks(function):
    block()
    return function


def decorating():
    @decorate
    @decorator_that_blocks
    @decorate
    def never(): 
        pass

    return never


def comprehensions():
    return [
        {
            key: tuple(
                block()
                for _ in range(1)
            )
            for key in range(1)
        }
        for _ in range(1)
    ]


def generate():
    yield 1
    yield from generate_inner()


def generate_inner():
    yield 2
    block()
    yield 3


def generator():
    for _ in generate():
        pass


def lambdas():
    outer = lambda: (  # noqa: E731
        lambda value: block(value)
    )(1)
    return outer()


async def await_inner():
    await asyncio.sleep(0)
    async with AsyncContext():
        pass


class AsyncContext:
    async def __aenter__(self):
        await asyncio.sleep(0)
        block()

    async def __aexit__(self, *_):
        pass


async def await_outer():
    return [await task async for task in tasks()]


async def tasks():
    yield asyncio.ensure_future(await_inner())


def coroutines():
    if hasattr(asyncio, "run"):
        asyncio.run(await_outer())
    else:  # 3.6
        asyncio.new_event_loop().run_until_complete(await_outer())


class Outer:
    class Inner:
        @staticmethod
        def static():
            Outer.Inner.of_class()

        @classmethod
        def of_class(cls):
            cls().value

        @property
        def value(self):
            return self()

        def __call__(self):
            sorted([1, 2], key=self.key)

        def key(self, _item):
            block()


def methods():
    Outer.Inner.static()


def class_body():
    class Body:
        first = 1
        second = block()

    return Body


# --- control flow -------------------------------------------------------------------------------------------


class Context:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        block()


def leaving_with():
    with Context():
        one = 1
        two = one + 1
        del two


def leaving_with_error():
    with contextlib.suppress(ValueError):
        with Context():
            raise ValueError(
                "never seen",
            )


def handlers():
    try:
        try:
            raise KeyError(1)
        except KeyError as error:
            for _ in range(2):
                try:
                    raise error
                except KeyError as inner:
                    del inner
                    continue
                finally:
                    pass
            raise ValueError from error
    except (
        TypeError,
        ValueError,
    ) as late:
        str(late)
    finally:
        for i in range(3):
            if i == 2:
                while True:
                    block()


def deep(depth):
    if depth == 0:
        block()
    else:
        deep(
            depth - 1
        )


def alternate(depth):
    return block() if depth == 0 else alternate_back(depth - 1)


def alternate_back(depth):
    return alternate(depth)


# --- code from elsewhere, names in other scripts --------------------------------------------------------------


def executed():
    source = "\n\ndef made(block):\n    x = 1\n    block(\n        x)\n\n\nmade(block)\n"
    exec(compile(source, "<made up>", "exec"), {"block": block})


def evaluated():
    eval("(lambda: \n block())()", {"block": block})


def scripts():
    for file, name in (
        ("/tmp/gr\u00f6\u00dfe.py", "gr\u00f6\u00dfe"),
        ("/tmp/\u0444\u0430\u0439\u043b \u6587\u4ef6.py", "\u0444\u0443\u043d\u043a\u0446\u0438\u044f"),
        ("/tmp/\U0001f40d.py", "\U00010330\U00010331\U00010332"),
    ):
        space = {"block": block}
        # A lower layer each: the one before calls the next.
        source = "def %s(call):\n\n    return call()\n" % name
        exec(compile(source, file, "exec"), space)
        yield space[name]


def other_scripts():
    latin, plane, astral = scripts()
    latin(lambda: plane(lambda: astral(block)))


def library():
    inside.append(1)
    threading.Event().wait()


# --- the rest -------------------------------------------------------------------------------------------------

threads = [
    (multi_line_argument, ()),
    (multi_line_call, ()),
    (multi_line_expression, ()),
    (chained, ()),
    (multi_line_text, ()),
    (decorated, ()),
    (decorating, ()),
    (comprehensions, ()),
    (generator, ()),
    (lambdas, ()),
    (coroutines, ()),
    (methods, ()),
    (class_body, ()),
    (leaving_with, ()),
    (leaving_with_error, ()),
    (handlers, ()),
    (deep, (300,)),
    (alternate, (120,)),
    (executed, ()),
    (evaluated, ()),
    (other_scripts, ()),
    (library, ()),
]
names = {
    "multi_line_call": "gr\u00f6\u00dfer",
    "chained": "\u0440\u0430\u0431\u043e\u0442\u043d\u0438\u043a \u4e00",
    "generator": "\U0001f40d\U0001f40d",
    "handlers": "",
    "decorated": "a\tb\nc \x1b[31m",
}


def describe(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        # Where an instruction belongs to no line, f_lineno is None.
        frames.append([getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0])
        frame = frame.f_back
    return frames


def look(me):
    known = {thread.ident: thread for thread in threading.enumerate()}
    return [
        {
            "id": ident,
            "native": getattr(known[ident], "native_id", None) if ident in known else None,
            "name": known[ident].name if ident in known else None,
            "frames": describe(frame),
        }
        for ident, frame in sorted(sys._current_frames().items())
        if ident != me
    ]


def report():
    me = threading.get_ident()
    while len(inside) < len(threads) + 2:
        time.sleep(0.01)
    before = None
    while True:
        # What has come in is on its way into the lock: when two looks agree, all are there.
        time.sleep(0.05)
        now = look(me)
        if now == before:
            break
        before = now
    text = json.dumps({"reporter": me, "threads": now}).encode("ascii")
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


def main():
    for function, args in threads:
        thread = threading.Thread(target=function, args=args, daemon=True)
        thread.name = names.get(function.__name__, function.__name__)
        thread.start()
    # A thread that the module threading has never heard of.
    _thread.start_new_thread(block, ())
    threading.Thread(target=report, name="reporter").start()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    block()


main()
