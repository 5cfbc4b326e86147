"""Tasks of asyncio, each of which stands where its name says: tasks.py c|python, by who makes them.

Prints {"ready": pid} from within the task that then holds up the loop for ever.
"""
import asyncio
import json
import os
import sys
import time


async def inner(event):
    await event.wait()  # line: inner


async def middle(event):
    await inner(event)  # line: middle


async def outer(event):
    await middle(event)  # line: outer


async def joiner(other):
    await other  # line: joiner


class Gate:
    def __init__(self, future):
        self.future = future

    def __await__(self):
        return (yield from self.future)  # line: gate


async def gated(gate):
    await gate  # line: gated


async def numbers(event):
    await event.wait()  # line: numbers
    yield 1


async def iterating(event):
    async for _ in numbers(event):  # line: iterating
        pass


async def gathering(event):
    await asyncio.gather(inner(event), inner(event))  # line: gathering


async def finished():
    return 1


def hog():
    print(json.dumps({"ready": os.getpid()}), flush=True)
    while True:
        time.sleep(0.01)  # line: hog


async def busy():
    hog()  # line: busy


tasks = {}


def start(name, coroutine):
    named = {"name": name} if sys.version_info >= (3, 8) else {}
    tasks[name] = asyncio.get_event_loop().create_task(coroutine, **named)
    return tasks[name]


async def main():
    event = asyncio.Event()
    start("chain", outer(event))
    start("join", joiner(tasks["chain"]))
    start("gate", gated(Gate(asyncio.get_event_loop().create_future())))
    start("iterate", iterating(event))
    start("gather", gathering(event))
    start("sleep", asyncio.sleep(3600))
    await start("done", finished())
    for _ in range(10):
        await asyncio.sleep(0)
    start("busy", busy())
    start("late", outer(event))
    await tasks["busy"]  # line: main


def make_in_python(loop, coroutine, **more):
    return asyncio.tasks._PyTask(coroutine, loop=loop, **more)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
if sys.argv[1] == "python":
    loop.set_task_factory(make_in_python)
loop.run_until_complete(loop.create_task(main()))
