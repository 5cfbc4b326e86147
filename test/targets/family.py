"""A process with children that use as much CPU time as it says.

family.py METHOD LEFT_S RIGHT_S: two children, by a start method of multiprocessing.
family.py brief COUNT S: so many, one after the other. family.py storm COUNT S: four at a time; each that was used up is
told at the end, {"used": {pid: CPU seconds}}.
family.py pool METHOD JOBS: a pool of three does so many jobs, {"used": {pid: CPU seconds}}; null where there can be no pool.
family.py crowd PROCESSES THREADS: they stay, each with so many threads, and now and then do a little.
"""
import json
import multiprocessing
import os
import sys
import threading
import time


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        for _ in range(1000):
            pass


def left(seconds):
    burn(seconds)


def right(seconds):
    burn(seconds)


def brief(seconds):
    burn(seconds)


def storm(count, seconds):
    used = {}
    for number in range(count + 4):
        if number >= 4:
            child, _status, usage = os.wait3(0)
            used[child] = usage.ru_utime + usage.ru_stime
        if number < count and os.fork() == 0:
            brief(seconds)
            os._exit(0)
    print(json.dumps({"used": used}), flush=True)


def job(_number):
    began = time.process_time()
    burn(0.02)
    return os.getpid(), time.process_time() - began


def pool(method, jobs):
    try:
        multiprocessing.get_context(method).Lock()
    except OSError:
        # Pools need semaphores, and those a /dev/shm.
        return print(json.dumps({"used": None}), flush=True)
    used = {}
    with multiprocessing.get_context(method).Pool(3) as workers:
        for pid, seconds in workers.imap_unordered(job, range(jobs)):
            used[pid] = used.get(pid, 0) + seconds
    print(json.dumps({"used": used}), flush=True)


def doze():
    while True:
        time.sleep(0.5)
        for _ in range(2000):
            pass


def crowd(processes, threads):
    parent = os.getpid()
    for _ in range(processes - 1):
        if os.fork() == 0:
            break
    for _ in range(threads - 1):
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    if os.getpid() == parent:
        print(json.dumps({"ready": parent}), flush=True)
    doze()


def main():
    if sys.argv[1] == "storm":
        return storm(int(sys.argv[2]), float(sys.argv[3]))
    if sys.argv[1] == "pool":
        return pool(sys.argv[2], int(sys.argv[3]))
    if sys.argv[1] == "crowd":
        return crowd(int(sys.argv[2]), int(sys.argv[3]))
    if sys.argv[1] == "brief":
        count, seconds = int(sys.argv[2]), float(sys.argv[3])
        for _ in range(count):
            child = os.fork()
            if child == 0:
                brief(seconds)
                os._exit(0)
            os.waitpid(child, 0)
        return
    multiprocessing.set_start_method(sys.argv[1])
    workers = {}
    for work, seconds in (left, sys.argv[2]), (right, sys.argv[3]):
        workers[work.__name__] = multiprocessing.Process(target=work, args=(float(seconds),))
        workers[work.__name__].start()
    print(json.dumps({"main": os.getpid()}), flush=True)
    for name, worker in workers.items():
        print(json.dumps({name: worker.pid}), flush=True)
    for worker in workers.values():
        worker.join()


if __name__ == "__main__":
    main()
