"""Computes for so many seconds, then says what it sees of itself: first_moments.py SECONDS.

{"lived": seconds since its process began, "argv0": …, "masks": signals that are blocked and ignored (/proc/self/status),
"files": what its file descriptors are, "env": …}
"""
import json
import os
import sys
import time


def busy(seconds):
    until = time.time() + seconds
    while time.time() < until:
        pass


busy(float(sys.argv[1]))
with open("/proc/self/stat") as stat:
    began = int(stat.read().rsplit(")", 1)[1].split()[19])
with open("/proc/uptime") as uptime:
    lived = float(uptime.read().split()[0]) - began / float(os.sysconf("SC_CLK_TCK"))
with open("/proc/self/status") as status:
    masks = [line.split() for line in status if line.startswith(("SigBlk", "SigIgn"))]
with open("/proc/self/cmdline") as line:
    argv0 = line.read().split("\0")[0]
files = sorted(os.readlink("/proc/self/fd/" + fd)[:5] for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd))
sys.stdout.write(json.dumps({"lived": lived, "argv0": argv0, "masks": masks, "files": files, "env": dict(os.environ)}) + "\n")
sys.stdout.flush()
