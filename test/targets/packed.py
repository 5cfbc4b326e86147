"""A thread that imports, with the frozen import system, a module out of a zip file, which waits for ever in a call.

Prints {"ready": pid}, then {"threads": [{id, native, name, frames: [[function, file, line], ...]}]} with the innermost
frame first. Stays until its standard input ends.
"""
import _thread
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import zipfile

SOURCE = """
import packed_gate


def combine(*args):
    packed_gate.wait(
        args
    )


class Packed(object):
    def wait(self):
        combine(
            1,
            [
                2,
                3,
            ],
        )


Packed().wait()
"""


class Gate(object):
    def __init__(self):
        self.inside = []
        self.lock = _thread.allocate_lock()
        self.lock.acquire()

    def wait(self, *_args):
        self.inside.append(1)
        self.lock.acquire()


def run():
    import packed_module  # noqa: F401


def describe(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append([getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0])
        frame = frame.f_back
    return frames


def main():
    folder = tempfile.mkdtemp()
    with zipfile.ZipFile(os.path.join(folder, "packed.zip"), "w") as archive:
        archive.writestr("packed_module.py", SOURCE)
    sys.path.insert(0, os.path.join(folder, "packed.zip"))
    gate = sys.modules["packed_gate"] = Gate()
    thread = threading.Thread(target=run, name="importer")
    thread.daemon = True
    thread.start()
    print(json.dumps({"ready": os.getpid()}))
    sys.stdout.flush()
    before = None
    while not gate.inside or before != describe(sys._current_frames()[thread.ident]):
        if gate.inside:
            before = describe(sys._current_frames()[thread.ident])
        time.sleep(0.05)
    shutil.rmtree(folder)
    told = {"id": thread.ident, "native": getattr(thread, "native_id", None), "name": thread.name, "frames": before}
    print(json.dumps({"threads": [told]}))
    sys.stdout.flush()
    sys.stdin.read()


main()
