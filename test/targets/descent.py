"""Goes down and up a recursion without end; what the variables of a frame say of each other holds at every moment."""
import json
import os
import sys


def descend(n, token):
    pair = [n, token]
    if n > 0:
        return descend(n - 1, token) + len(pair)
    # Long enough that a look can fall into it, short against all the going down and up.
    return sum(range(5000))


def main():
    print(json.dumps({"ready": os.getpid()}), flush=True)
    count = 0
    while True:
        count += 1
        descend(12, "t%d" % count)


main()
