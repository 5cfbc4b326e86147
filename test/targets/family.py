"""A process with children that use as much CPU time as it says: family.py METHOD LEFT_S RIGHT_S, or family.py brief COUNT S."""
import json
import multiprocessing
import os
import sys
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


def main():
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
