"""A task forks, and the child works below its coroutine, then in a task of its own: task_fork.py c|python SECONDS | stay.

Each part takes so many seconds of CPU time; with "stay" the child stays in either part until a line of input comes.
Prints {"ready": pid}, {"inherited": pid of the child} and {"own": the same} as the child's parts begin.
"""
import asyncio
import json
import os
import sys
import time

kind, how = sys.argv[1:]
if kind == "python":
    asyncio.Task = asyncio.tasks.Task = asyncio.tasks._PyTask
    asyncio.Future = asyncio.futures.Future = asyncio.futures._PyFuture


def say(key):
    print(json.dumps({key: os.getpid()}))
    sys.stdout.flush()


def burn():
    parent = os.getppid()
    if how == "stay":
        while os.getppid() == parent and not select_input():
            pass
        return
    end = time.process_time() + float(how)
    while time.process_time() < end:
        pass


def select_input():
    import select

    ready = select.select([sys.stdin], [], [], 0.2)[0]
    return bool(ready and os.read(0, 1))


def run(name, coroutine):
    loop = asyncio.new_event_loop()
    task = loop.create_task(coroutine)
    if hasattr(task, "set_name"):
        task.set_name(name)
    loop.run_until_complete(task)


async def own():
    say("own")
    burn()


def work():
    say("inherited")
    burn()
    run("own", own())


async def parental():
    if how != "stay":
        burn()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


say("ready")
run("parental", parental())
