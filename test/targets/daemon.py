"""Becomes a daemon, as old servers do: prints the pid of what goes on, and ends after as many seconds as it is told."""
import json
import os
import sys
import time


def spin(seconds):
    end = time.time() + seconds
    while time.time() < end:
        sum(range(1000))


# Long enough to be seen before it seems to end.
spin(0.3)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        sys.stdout.write(json.dumps({"daemon": os.getpid()}) + "\n")
        sys.stdout.flush()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        spin(float(sys.argv[1]))
    os._exit(0)
# Its child has ended, and what that left is there.
os.wait()
os._exit(0)
