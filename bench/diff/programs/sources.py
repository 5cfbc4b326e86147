"""Reads Python: parses, unparses, tokenizes and diffs modules of the standard library. sources.py SECONDS"""
import ast
import difflib
import io
import os
import random
import sys
import time
import tokenize

folder = os.path.dirname(os.__file__)
names = ["argparse.py", "ast.py", "difflib.py", "inspect.py", "json/decoder.py", "textwrap.py", "tokenize.py"]
texts = []
for name in names:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        texts.append(file.read())


class Counter(ast.NodeVisitor):
    def __init__(self):
        self.seen = {}

    def generic_visit(self, node):
        name = type(node).__name__
        self.seen[name] = self.seen.get(name, 0) + 1
        super().generic_visit(node)


def count(text):
    counter = Counter()
    counter.visit(ast.parse(text))
    return counter.seen


def tokens(text):
    return sum(1 for _ in tokenize.generate_tokens(io.StringIO(text).readline))


def change(text):
    lines = text.splitlines()[:160]
    other = [line for line in lines if random.random() > 0.1]
    return list(difflib.unified_diff(lines, other))


def main(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = random.choice(texts)
        count(text)
        tokens(text)
        for _ in range(4):
            change(text)
        if hasattr(ast, "unparse") and random.random() < 0.5:
            ast.unparse(ast.parse(text))


main(float(sys.argv[1]))
