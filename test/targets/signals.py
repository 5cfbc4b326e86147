"""Counts the signals it gets, by number, and prints the counts for each line of its input; ends with its input."""
import json
import resource
import signal
import sys
import threading
import time

counts = {}


def count(number, _frame):
    counts[str(number)] = counts.get(str(number), 0) + 1


def listen():
    for line in sys.stdin:
        sys.stdout.write(json.dumps({"counts": line.strip(), "signals": counts}) + "\n")
        sys.stdout.flush()


def ignored():
    names = [name for name in dir(signal) if name.startswith("SIG") and not name.startswith("SIG_")]
    return sorted(name for name in names if signal.getsignal(getattr(signal, name)) == signal.SIG_IGN)


was_ignored = ignored()
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"):
    if name not in was_ignored:
        signal.signal(getattr(signal, name), count)
files = str(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
sys.stdout.write(json.dumps({"ready": True, "ignored": was_ignored, "files": files}) + "\n")
sys.stdout.flush()
listener = threading.Thread(target=listen)
listener.start()
# In Python the main thread alone runs handlers.
while listener.is_alive():
    time.sleep(0.002)
