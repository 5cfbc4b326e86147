# -*- coding: utf-8 -*-
"""Frames with variables of every kind, for Python 2.7 and 3: the program says itself how they should read.

Prints {"ready": ...} and {"frames": [{"function", "arguments", "values", "absent"}, ...]}, and waits. What `repr`
writes is what should be read; where it would run the program's own code, the text is spelt out.
"""
from __future__ import print_function
import collections
import json
import os
import sys

frames = []
is_old = sys.version_info[0] == 2


def tell(function, arguments, values, absent=()):
    texts = dict((name, value if isinstance(value, Text) else Text(repr(value))) for name, value in values.items())
    frames.append({"function": function, "arguments": arguments, "values": texts, "absent": list(absent)})


class Text(str):
    """An expectation in words, where repr says something else."""


class Plain(object):
    def __init__(self):
        self.items = [1, Inner.shared]
        self.number = 5
        self.other = Inner()

    def __repr__(self):
        raise AssertionError("nobody may run this")

    def method(self):
        pass


class Inner(object):
    shared = (1,)

    def __init__(self):
        self.hidden = 1


class Slotted(object):
    __slots__ = ("first", "unset", "second")

    def __init__(self):
        self.first = 1
        self.second = "two"


class Old:
    def __init__(self):
        self.number = 5


class Items(list):
    pass


Point = collections.namedtuple("Point", "x y")


def wait():
    print(json.dumps({"frames": frames}))
    sys.stdout.flush()
    os.read(0, 1)


def numbers(none, yes, no=False, *rest, **options):
    zero = 0
    small = 7
    negative = -12345
    edges = [2**15, 2**30 - 1, 2**30, 2**31, 2**60, 2**63 - 1, 2**63, -(2**63), -(2**90), 10**50]
    huge = 7**200
    floats = [0.0, -0.0, 1.0, 0.1, 1e16, 1e15, 123456789.125, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 3.1415]
    strange = [float("inf"), float("-inf"), float("nan")]
    complexes = [1j, 1 + 2j, complex(-0.0, 1), complex(1.5, -2), complex("nan+infj")]
    late = 1
    tell("numbers", ["none", "yes", "no", "rest", "options"], {
        "none": none, "yes": yes, "no": no, "rest": rest, "options": options, "zero": zero, "small": small,
        "negative": negative, "edges": edges, "huge": huge, "floats": floats, "strange": strange,
        "complexes": complexes,
    }, ["late", "later"])
    del late
    texts()
    later = 1
    return later


def texts():
    empty = ""
    plain = "foo"
    quotes = ["it's", 'say "x"', "both ' and \""]
    controls = "a\tb\nc\rd\x00e\x1b[31mf\x7f\\"
    german = u"gr\u00f6\u00dfe"
    russian = u"\u0440\u0430\u0431\u043e\u0442\u0430"
    snake = u"\U0001f40d"
    mixed = u"a\u00e9\u6587\U0001f40d"
    invisible = u"\u202e\u200b\u00a0\u2028"
    surrogate = u"\udcff" if not is_old else u"x"
    raw = b"\x00\xff'abc"
    no_bytes = b""
    array = bytearray(b"xy\x00")
    shifted = bytearray(b"abcdef")
    del shifted[:2]
    tell("texts", [], {
        "empty": empty, "plain": plain, "quotes": quotes, "controls": controls, "german": german, "russian": russian,
        "snake": snake, "mixed": mixed, "invisible": invisible, "surrogate": surrogate, "raw": raw,
        "no_bytes": no_bytes, "array": array, "shifted": shifted,
    })
    containers([1], extra={})


def containers(items, extra):
    nothing = [[], (), {}, set(), frozenset()]
    one = (1,)
    nested = {"a": False, "b": (1, 2, 3), 3: [None, {"c": 1.5}]}
    shrunk = dict((str(i), i) for i in range(20))
    for i in range(17):
        del shrunk[str(i)]
    numbers = {3}
    removed = {11, 12, 13}
    removed.discard(12)
    frozen = frozenset(["x"])
    loop = [1]
    loop.append(loop)
    ring = {"self": None}
    ring["self"] = ring
    many = list(range(1000))
    tell("containers", ["items", "extra"], {
        "items": items, "extra": extra, "nothing": nothing, "one": one, "nested": nested, "shrunk": shrunk,
        "numbers": numbers, "removed": removed, "frozen": frozen, "loop": loop, "ring": ring,
    })
    objects(many)


def objects(many):
    thing = Plain()
    slotted = Slotted()
    old = Old()
    items = Items([1, 2])
    point = Point(1, "y")
    ordered = collections.OrderedDict([("k", 1)])
    error = ValueError("no", 1)
    function = objects
    builtin = len
    kind = Plain
    module = json
    bound = thing.method
    one_cell = (lambda: point).__closure__
    at = lambda value: "at 0x%x" % id(value)
    inner = "<__main__.Inner %s>" % at(thing.other)
    attributes = {"number": "number=5", "other": "other=%s" % inner, "items": "items=[1, (1,)]"}
    name_of = lambda value: getattr(value, "__qualname__", value.__name__)
    tell("objects", ["many"], {
        "many": Text("[" + ", ".join(map(str, range(100))) + ", …]"),
        "thing": Text("<__main__.Plain %s %s>" % (at(thing), ", ".join(attributes[name] for name in thing.__dict__))),
        "slotted": Text("<__main__.Slotted %s first=1, second='two'>" % at(slotted)),
        "old": Text("<%s %s number=5>" % ("Old instance" if is_old else "__main__.Old", at(old))),
        "items": Text("__main__.Items([1, 2])"),
        "point": Text("__main__.Point((1, 'y'))"),
        "error": Text("%sValueError('no', 1)" % ("exceptions." if is_old else "")),
        "function": Text("<function objects %s>" % at(function)),
        "builtin": Text("<built-in function len>"),
        "kind": Text("<class '__main__.Plain'>"),
        "module": Text("<module 'json'>"),
        "bound": Text("<bound method %s %s>" % (name_of(Plain.method), at(bound))),
        "one_cell": Text("(<cell: __main__.Point((1, 'y'))>,)"),
        "ordered": Text("collections.OrderedDict({'k': 1})"),
    })
    closures(10, "captured")


def closures(plain, captured):
    own = [1, 2]

    def free(argument):
        local = captured + "!"
        tell("free", ["argument"], {"argument": argument, "local": local, "captured": captured, "own": own}, ["late"])
        comprehension([7])
        return late

    tell("closures", ["plain", "captured"], {"plain": plain, "captured": captured, "own": own}, ["late"])
    free("arg")
    late = 1


def comprehension(source):
    offset = 3
    is_inlined = is_old or sys.version_info >= (3, 12)
    tell("comprehension" if is_inlined else "<listcomp>", ["source"] if is_inlined else [".0"], {"item": 7})
    return [generate(item + offset) for item in source]


def generate(start):
    def generator(first):
        second = first * 2
        tell("generator", ["first"], {"first": first, "second": second})
        yield body(second)

    return sum(generator(start))


def body(value):
    # From 3.0 to 3.3 the body of a class is handed its variables.
    handed = ["__locals__"] if (3,) <= sys.version_info < (3, 4) else []

    class Body:
        attribute = value + 1
        tell("Body", handed, {"attribute": attribute, "named": Text("'n'")})
        named = "n"
        if is_old:
            wait()
        else:
            modern(wait, tell)

    return Body


# Syntax that older versions do not have stands in texts: keyword-only arguments came with 3.0, async with 3.5.
if not is_old:
    exec("""
def modern(wait, tell):
    def keywords(a, b=2, *args, key, other=4, **kwargs):
        tell("keywords", ["a", "b", "key", "other", "args", "kwargs"], {
            "a": a, "b": b, "args": args, "key": key, "other": other, "kwargs": kwargs})
        if sys.version_info >= (3, 5):
            asynchronously(wait, tell)
        else:
            wait()

    keywords(1, 2, 3, key="k", more=None)
""")

if sys.version_info >= (3, 5):
    exec("""
def asynchronously(wait, tell):
    async def asynchronous(depth):
        state = "awaiting"
        tell("asynchronous", ["depth"], {"depth": depth, "state": state})
        await awaited()

    async def awaited():
        deepest = True
        tell("awaited", [], {"deepest": deepest})
        wait()

    def run(coroutine):
        try:
            coroutine.send(None)
        except StopIteration:
            pass

    run(asynchronous(5))
""")

print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
numbers(None, True, False, 1, 2, key="value")
