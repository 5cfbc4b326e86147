"""Threads that come, go and change their names on command, one a line: "start NAME", "end NAME", "rename NAME NEW", "exit STATUS".

Answers {"started NAME": [ident, native id]}, {"ended NAME": true}, {"renamed NAME": NEW}.
"""
import json
import os
import sys
import threading
import time


def say(key, value):
    print(json.dumps({key: value}), flush=True)


def visit(done):
    # Busy enough to be seen, idle enough to leave the processor to others.
    while not done.is_set():
        time.sleep(0.002)
        for _ in range(2000):
            pass


def main():
    running = {}
    say("ready", os.getpid())
    for line in sys.stdin:
        command, name, *rest = line.split()
        if command == "start":
            done = threading.Event()
            thread = threading.Thread(target=visit, args=(done,), name=name, daemon=True)
            running[name] = (thread, done)
            thread.start()
            say("started " + name, [thread.ident, getattr(thread, "native_id", None)])
        elif command == "end":
            thread, done = running.pop(name)
            done.set()
            thread.join()
            say("ended " + name, True)
        elif command == "rename":
            running[name][0].name = rest[0]
            say("renamed " + name, rest[0])
        elif command == "exit":
            sys.exit(int(name))


main()
