"""The body of a module with very many lines: big_module.py LINES. Prints {"ready": pid} from its last line, and stays there."""
import ast
import json
import os
import sys
import time


def stay():
    print(json.dumps({"ready": os.getpid()}))
    sys.stdout.flush()
    time.sleep(600)


last = int(sys.argv[1])
if sys.version_info < (3, 11):
    # Up to 3.10 a step over many lines takes two bytes for each 127 of them, and no text to compile.
    code = ast.parse("x = 1\nstay()")
    for node in ast.walk(code.body[1]):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = last
else:
    code = "\n".join(["x = 1"] * (last - 1) + ["stay()"])
exec(compile(code, "big", "exec"), {"stay": stay})
