"""python -m pyspy_profiler: becomes the executable that was installed with this package."""

import os
import sys
from importlib.metadata import files


def main():
    for file in files("pyspy-profiler") or ():
        if file.name == "pyspy" and file.parent.name == "bin":
            path = str(file.locate())
            os.execv(path, ["pyspy", *sys.argv[1:]])
    sys.exit("pyspy_profiler: the executable is not where pip put it; install the package again")


main()
