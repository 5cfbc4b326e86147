"""Makes a thread for each request, until the handlers have used enough CPU time: requests.py MS [SECONDS].

Says {"ready": pid}, and begins when a line of input comes. Prints what the handlers, and the process since the program began, used: {"used": [handlers, process]}.
"""
import json
import os
import sys
import threading
import time

# Before 3.7 threads cannot tell their own CPU time: the process's will do, as long as only one of them computes.
clock = getattr(time, "thread_time", time.process_time)
each = float(sys.argv[1]) / 1000
enough = float(sys.argv[2]) if len(sys.argv) > 2 else 1.5
handled = []


def handler():
    start = clock()
    while clock() < start + each:
        pass
    handled.append(clock() - start)


print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.readline()
began = time.process_time()
while sum(handled) < enough:
    thread = threading.Thread(target=handler)
    thread.start()
    thread.join()

print(json.dumps({"used": [sum(handled), time.process_time() - began]}))
sys.stdout.flush()
