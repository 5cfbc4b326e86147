"""crowd.py COUNT: so many threads sleep for ever in `sleep_on`, and the main thread computes. Prints {"ready": pid}."""
import _thread
import json
import os
import sys
import threading

gate = _thread.allocate_lock()
gate.acquire()
asleep = []


def sleep_on():
    asleep.append(1)
    gate.acquire()


def compute():
    while True:
        sum(range(1000))


threading.stack_size(256 << 10)
count = int(sys.argv[1])
for number in range(count):
    threading.Thread(target=sleep_on, name="idle-%d" % number, daemon=True).start()
while len(asleep) < count:
    pass
print(json.dumps({"ready": os.getpid()}), flush=True)
compute()
