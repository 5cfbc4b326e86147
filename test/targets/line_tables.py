"""Prints, as JSON, the line tables of some code objects and what this interpreter itself reads from them.

[[name, first line, table in base64, [[start, end, line or null], …]], …], positions in bytes of bytecode.
"""
import base64
import dis
import json
import sys

source = '''
def plain(a):
    b = a
    return b

def several_lines(f, x):
    return f(
        1,
        f(
            x
        ),
        [
            2,
            3,
        ],
    ) + f(
        4
    )

def backwards(items):
    total = 0
    for item in (
        items
    ):
        if item and \\
                item > 2:
            total += item
            continue
        while total:
            total -= 1
    else:
        total = 1
    return total

def handlers(f):
    try:
        with f() as g:
            f()
    except (ValueError,
            TypeError) as e:
        f(e)
    except KeyError:
        pass
    finally:
        for i in range(3):
            f(i)
    return [
        x
        for x in f()
        if x
    ]

def far(f):
    f(1)
%s
    f(2)

def long(f):
%s
    return f

@decorate(
    1
)
class Body(object):
    x = 1
'''
# What versions before 3.6 cannot compile.
newer = '''
    async def method(self, y=lambda:
                     2):
        async for z in self:
            yield (
                await z
            )
'''
source %= ("\n" * 300, "\n".join("    f(%s)" % ", ".join(str(n) for n in range(9)) for _ in range(30)))
if sys.version_info >= (3, 6):
    source += newer


def ranges(code):
    if hasattr(code, "co_lines"):
        return [list(entry) for entry in code.co_lines()]
    starts = list(dis.findlinestarts(code))
    ends = [start for start, _ in starts[1:]] + [len(code.co_code)]
    return [[start, end, line] for (start, line), end in zip(starts, ends)]


def tables(code):
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    yield [code.co_name, code.co_firstlineno, base64.b64encode(table).decode(), ranges(code)]
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from tables(constant)


print(json.dumps({"tables": list(tables(compile(source, "source.py", "exec")))}))
