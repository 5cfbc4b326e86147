"""Leaves a worker behind: orphan.py FILE. The launcher starts a helper, which starts a worker and ends; then so does the launcher.

The worker says {"worker": [pid, pid of its parent]} once it is nobody's child any more, and computes until FILE is
there; before it, another process is left behind that ends at once: {"brief": pid}.
"""
import json
import os
import subprocess
import sys
import time

stop = sys.argv[1]
role = sys.argv[2] if len(sys.argv) > 2 else "launcher"


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def start(role, *args):
    return subprocess.Popen([sys.executable, os.path.abspath(__file__), stop, role] + list(args))


def left_behind():
    while not os.path.exists(stop):
        for _ in range(100000):
            pass


if role == "launcher":
    start("helper").wait()
elif role == "helper":
    start("brief", str(os.getpid()))
    start("worker", str(os.getpid()))
else:
    while os.getppid() == int(sys.argv[3]):
        time.sleep(0.001)
    if role == "brief":
        say(brief=os.getpid())
    else:
        say(worker=[os.getpid(), os.getppid()])
        left_behind()
