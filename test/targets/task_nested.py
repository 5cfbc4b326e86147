"""Tasks whose coroutine is not the outermost frame of that kind on its stack: task_nested.py CPU_SECONDS, for each of them.

Below a generator that runs the loop, in a thread that has a loop of its own, and (3.12 and later) eager tasks, which run on the
stack of the task that makes them. What the C part of asyncio replaces in its Python part is there for a while before.
Prints {"used": {kind: CPU seconds}} at its end.
"""
import json
import sys
import threading
import time
import types


class SlowModule(types.ModuleType):
    def __getattr__(self, name):
        if name == "_current_tasks":
            time.sleep(0.3)
        return getattr(fast, name)


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        global fast
        if name == "asyncio.tasks":
            fast = sys.modules["_asyncio"]
            sys.modules["_asyncio"] = SlowModule("_asyncio")


sys.meta_path.insert(0, Finder)
import asyncio  # noqa: E402

length = float(sys.argv[1])
used = {}


def burn(kind, seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        for _ in range(100):
            pass
    used[kind] = used.get(kind, 0) + time.thread_time() - began


def start(name, coroutine):
    named = {"name": name} if sys.version_info >= (3, 8) else {}
    return asyncio.get_event_loop().create_task(coroutine, **named)


async def generated():
    burn("generated", length / 2)
    await asyncio.sleep(0)
    burn("generated", length / 2)


async def threaded():
    burn("threaded", length)


async def eager():
    burn("eager", length / 10)


async def outer(name, coroutine):
    await start(name, coroutine)


async def maker():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    for _ in range(10):
        await start("eager", eager())


def below():
    asyncio.run(outer("generated", generated()))
    yield


for _ in below():
    pass
thread = threading.Thread(target=lambda: asyncio.run(outer("threaded", threaded())))
thread.start()
thread.join()
if hasattr(asyncio, "eager_task_factory"):
    asyncio.run(maker())
print(json.dumps({"used": used}))
