"""Forks once; parent and child stay in functions of their own. Each prints {"parent" or "child": [pid, thread id]}."""
import json
import os
import sys
import threading
import time


def rest():
    time.sleep(600)


def in_parent():
    rest()


def in_child():
    rest()


def say(key):
    sys.stdout.write(json.dumps({key: [os.getpid(), threading.get_ident()]}) + "\n")
    sys.stdout.flush()


child = os.fork()
if child == 0:
    say("child")
    in_child()
else:
    say("parent")
    sys.stdout.write(json.dumps({"ready": os.getpid()}) + "\n")
    sys.stdout.flush()
    in_parent()
