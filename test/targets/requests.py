"""Makes a thread for each request, until the handlers have used enough CPU time: requests.py MS [SECONDS].

Says {"ready": pid}, and begins when a line of input comes. Prints what the handlers, all threads but the main one, and the process used since the program began: {"used": [handlers, threads, process]}.
"""
import json
import os
import resource
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


def main_thread():
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_utime + used.ru_stime


print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.readline()
began, main_began = time.process_time(), main_thread()
while sum(handled) < enough:
    thread = threading.Thread(target=handler)
    thread.start()
    thread.join()

process = time.process_time() - began
print(json.dumps({"used": [sum(handled), process - (main_thread() - main_began), process]}))
sys.stdout.flush()
