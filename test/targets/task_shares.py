"""Tasks that come and go, and how much CPU time each kind of them took: task_shares.py CPU_SECONDS. Prints {"used": {…}} at its end."""
import asyncio
import json
import sys
import time

used = {"heavy": 0, "light": 0, "plain()": 0}


def burn(kind, seconds):
    began = time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(100):
            pass
    used[kind] += time.process_time() - began


async def work(kind, seconds):
    burn(kind, seconds / 2)
    await asyncio.sleep(0)
    burn(kind, seconds / 2)


async def plain():
    burn("plain()", 0.002)


def start(name, coroutine):
    named = {"name": name} if name and sys.version_info >= (3, 8) else {}
    return asyncio.get_event_loop().create_task(coroutine, **named)


async def main():
    while sum(used.values()) < float(sys.argv[1]):
        heavy = start("heavy", work("heavy", 0.006))
        light = start("light", work("light", 0.002))
        await heavy
        await light
        await start(None, plain())


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
print(json.dumps({"used": used}), flush=True)
