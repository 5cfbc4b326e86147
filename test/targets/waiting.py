"""Threads that wait for one thing each, named after it. Says {"ready": pid}."""
import json
import os
import socket
import sys
import threading
import time

try:
    import queue
except ImportError:
    import Queue as queue

lock = threading.Lock()
semaphore = threading.Semaphore(0)
never = threading.Event()
items = queue.Queue()
mine, theirs = socket.socketpair()
end_of_mine, end_of_child = os.pipe()
child = os.fork()
if child == 0:
    # Ends with this program, however that ends.
    for descriptor in (0, 1, 2, end_of_child):
        os.close(descriptor)
    os.read(end_of_mine, 1)
    os._exit(0)
began = []


def waits_at_lock():
    with lock:
        pass


def waits_at_semaphore():
    semaphore.acquire()


def waits_for_event():
    never.wait()


def waits_for_item():
    items.get()


def waits_for_thread():
    sleeper.join()


def waits_for_data():
    mine.recv(1)


def waits_for_time():
    time.sleep(1000)


def waits_for_child():
    os.waitpid(child, 0)


def runs():
    while True:
        sum(range(1000))


def begin(name, function):
    def body():
        began.append(name)
        function()

    thread = threading.Thread(target=body, name=name)
    thread.daemon = True
    thread.start()
    return thread


lock.acquire()
sleeper = begin("sleep", waits_for_time)
begin("lock", waits_at_lock)
begin("lock of a semaphore", waits_at_semaphore)
begin("condition of an event", waits_for_event)
begin("condition of a queue", waits_for_item)
begin("condition of a join", waits_for_thread)
begin("io", waits_for_data)
begin("process", waits_for_child)
if sys.version_info >= (3, 2):
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)
    pool.submit(lambda: setattr(threading.current_thread(), "name", "condition of a pool")).result()
while len(began) < 8:
    time.sleep(0.01)
print(json.dumps({"ready": os.getpid()}))
sys.stdout.flush()
sys.stdin.readline()
os._exit(0)
