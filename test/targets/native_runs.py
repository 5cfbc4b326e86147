"""Goes round through calls of native code that are known, without a rest: native_runs.py LIBRARY (native_runs.c, built) ROUNDS."""
import ctypes
import json
import os
import sys

library = ctypes.CDLL(sys.argv[1])
rounds = ctypes.c_long(int(sys.argv[2]))
CALL = ctypes.CFUNCTYPE(None)


def goes_left():
    library.left(rounds)


def goes_right():
    library.right(rounds)


def is_called():
    library.left(rounds)


call = CALL(is_called)


def goes_through():
    library.through(call)


def forever():
    while True:
        goes_left()
        goes_right()
        goes_through()


print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
forever()
