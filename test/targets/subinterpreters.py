"""Two threads that compute for ever: the main one in the main interpreter, the other in a subinterpreter. A third
interpreter exists and does nothing. Prints {"ready": pid}, or {"none": true} where Python has no subinterpreters.
"""
import json
import os
import sys
import threading
import time

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        interpreters = None

CODE = """
import time
def in_sub():
    while True:
        end = time.time() + 0.01
        while time.time() < end:
            pass
in_sub()
"""


def in_main():
    while True:
        sum(range(1000))


def run_sub():
    run = getattr(interpreters, "run_string", None) or interpreters.exec
    run(interpreters.create(), CODE)


if interpreters is None:
    print(json.dumps({"ready": os.getpid(), "none": True}), flush=True)
    sys.stdin.read()
else:
    threading.Thread(target=run_sub, name="lender", daemon=True).start()
    time.sleep(0.3)
    interpreters.create()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    in_main()
