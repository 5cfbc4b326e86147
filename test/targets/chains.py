"""Runs one of two chains of calls after the other, without end; no stack ever has functions of both. {"ready": pid}"""
import json
import os


def left_3():
    return sum(range(20))


def left_2():
    return left_3()


def left_1():
    return left_2()


def right_3():
    return sum(range(20))


def right_2():
    return right_3()


def right_1():
    return right_2()


def main():
    while True:
        left_1()
        right_1()


print(json.dumps({"ready": os.getpid()}), flush=True)
main()
