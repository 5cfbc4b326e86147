"""Speaks with its parent: answers lines of its input, and on SIGTERM ends with a status of its own.

"shout TEXT" is answered in capitals, "exit STATUS" ends it, "kill NUMBER" makes it send itself a signal, "catch NUMBER"
take one as it takes SIGTERM.
"""
import json
import os
import signal
import sys
import time


def leave(number, _frame):
    sys.stderr.write("signal %d\n" % number)
    # Not sys.exit: the main thread may be inside a read of its standard input.
    os._exit(40 + number)


def serve():
    for line in sys.stdin:
        command, word = line.split()
        if command == "shout":
            print(json.dumps({"shouted": word.upper()}), flush=True)
        elif command == "exit":
            return int(word)
        elif command == "catch":
            signal.signal(int(word), leave)
            print(json.dumps({"caught": int(word)}), flush=True)
        elif command == "kill":
            os.kill(os.getpid(), int(word))
    # End of input: go on until a signal comes.
    while True:
        time.sleep(0.01)


signal.signal(signal.SIGTERM, leave)
signal.signal(signal.SIGINT, leave)
print(json.dumps({"ready": os.getpid(), "argv": sys.argv[1:]}), flush=True)
sys.exit(serve())
