"""Runs a command in a terminal of its own, closes that when a line comes in, and prints how the command ended."""
import json
import os
import pty
import select
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
while True:
    for ready in select.select([terminal, 0], [], [])[0]:
        if ready == terminal:
            shown += os.read(terminal, 65536)
            if b"samples" in shown and b"shown" not in os.environb:
                os.environb[b"shown"] = b"1"
                sys.stdout.write(json.dumps({"shown": True}) + "\n")
                sys.stdout.flush()
        else:
            os.close(terminal)
            status = os.waitpid(pid, 0)[1]
            signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            sys.stdout.write(json.dumps({"ended": True, "signal": signal, "status": status >> 8}) + "\n")
            sys.exit()
