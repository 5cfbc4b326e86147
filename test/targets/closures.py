"""Calls closures for some seconds: closures.py SECONDS. Each begins with an instruction that belongs to no line (3.11+)."""
import sys
import time


def wrap(function):
    def wrapper(*args):
        return function(*args)

    return wrapper


@wrap
def leaf(x):
    return x


def numbers(count):
    base = count

    def inner():
        for i in range(count):
            yield leaf(i) + base

    return inner()


def main():
    end = time.time() + float(sys.argv[1])
    while time.time() < end:
        for _ in range(300):
            leaf(1)
        for _ in numbers(200):
            pass


main()
