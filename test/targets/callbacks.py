"""Threads of C that call Python, in a new thread state each time: callbacks.py LIBRARY (callbacks.c, built).

Says {"ready": pid}. On a line of input two of them call work() for some seconds, until the next line.
{"over": [how often each called]}.
"""
import ctypes
import json
import os
import sys
import time

calls = [0, 0]


class Job(ctypes.Structure):
    pass


CALL = ctypes.CFUNCTYPE(None, ctypes.c_long)
Job._fields_ = [("call", CALL), ("rounds", ctypes.c_long), ("pause", ctypes.c_long)]


def work(number):
    calls[number] += 1
    end = time.time() + 0.004
    while time.time() < end:
        pass


def say(key, value):
    print(json.dumps({key: value}))
    sys.stdout.flush()


library = ctypes.CDLL(sys.argv[1])
libc = ctypes.CDLL(None)
body = ctypes.cast(library.run, ctypes.c_void_p)
jobs = [Job(CALL(lambda _, number=number: work(number)), 1000000, 5000000) for number in (0, 1)]
threads = [ctypes.c_ulong() for _ in jobs]

say("ready", os.getpid())
sys.stdin.readline()
for job, thread in zip(jobs, threads):
    libc.pthread_create(ctypes.byref(thread), None, body, ctypes.byref(job))
sys.stdin.readline()
for job in jobs:
    job.rounds = 0
for thread in threads:
    libc.pthread_join(thread, None)
say("over", calls)
