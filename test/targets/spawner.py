"""The main thread starts threads without end, each of which lives for about a millisecond. Prints {"ready": pid}."""
import json
import os
import threading
import time


def flicker():
    time.sleep(0.001)


def spawn():
    while True:
        threading.Thread(target=flicker).start()
        sum(range(300))


print(json.dumps({"ready": os.getpid()}), flush=True)
spawn()
