"""
Programs built to tear: each goes quickly from one chain of calls to another, so that a stack read in pieces mixes the
two. tear.py NAME. What it prints lists the whole stacks that can occur; any other true stack is the beginning of one.
"""
import json
import os
import sys
import threading


def chain(prefix, length, work):
    """Functions prefix1 to prefixN, each calling the next, the last one working a little."""
    for number in range(1, length):
        exec("def %s%d():\n    %s%d()\n" % (prefix, number, prefix, number + 1), globals())
    exec("def %s%d():\n    for _ in range(%d):\n        pass\n" % (prefix, length, work), globals())
    return [prefix + str(number) for number in range(1, length + 1)]


def alternate(length, work):
    stacks = [["root"] + chain(prefix, length, work) for prefix in ("a", "b")]
    exec("def root():\n    while True:\n        a1()\n        b1()\n", globals())
    return stacks, globals()["root"]


def flat():
    return alternate(5, 20)


def deep():
    return alternate(40, 100)


def generators():
    source = """
def X3():
    while True:
        for _ in range(10):
            pass
        yield
def X2():
    for _ in X3():
        yield
def X1(source):
    next(source)
"""
    for name in "ab":
        exec(source.replace("X", name), globals())
    exec("def root():\n    a, b = a2(), b2()\n    while True:\n        a1(a)\n        b1(b)\n", globals())
    return [["root", name + "1", name + "2", name + "3"] for name in "ab"], globals()["root"]


def recursion():
    depth = 30
    source = """
def X(left):
    if left:
        X(left - 1)
    else:
        Xleaf()
def Xleaf():
    for _ in range(20):
        pass
"""
    for name in ("a", "b"):
        exec(source.replace("X", name), globals())
    exec("def root():\n    while True:\n        a(%d)\n        b(%d)\n" % (depth - 1, depth - 1), globals())
    return [["root"] + [name] * depth + [name + "leaf"] for name in ("a", "b")], globals()["root"]


def threads():
    stacks = [["wait_for_all"]]
    sys.setswitchinterval(0.0005)
    roots = []
    for number in range(8):
        a, b, root = "t%da" % number, "t%db" % number, "root%d" % number
        stacks += [[root] + chain(prefix, 5, 20) for prefix in (a, b)]
        exec("def %s():\n    while True:\n        %s1()\n        %s1()\n" % (root, a, b), globals())
        roots.append(globals()[root])

    def wait_for_all():
        workers = [threading.Thread(target=root, daemon=True) for root in roots]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return stacks, wait_for_all


programs = {"flat": flat, "deep": deep, "generators": generators, "recursion": recursion, "threads": threads}
stacks, main = programs[sys.argv[1]]()
print(json.dumps({"ready": os.getpid(), "stacks": stacks}), flush=True)
main()
