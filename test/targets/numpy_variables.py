"""Scalars and arrays of numpy in variables, and how they should read. Prints {"ready": …} and {"values": …}, and waits."""
import json
import os

import numpy


def hold():
    print(json.dumps({"ready": os.getpid()}), flush=True)
    yes = numpy.bool_(True)
    i8, i16, i32, i64 = numpy.int8(-3), numpy.int16(-300), numpy.int32(-70000), numpy.int64(-(2**62))
    u8, u16, u32, u64 = numpy.uint8(200), numpy.uint16(60000), numpy.uint32(2**32 - 1), numpy.uint64(2**64 - 1)
    f16, f32, f64 = numpy.float16(2.5), numpy.float32(0.1), numpy.float64(0.1)
    c64, c128 = numpy.complex64(1 - 2j), numpy.complex128(1.5 + 2j)
    text = numpy.str_("h\u00e9")
    flat = numpy.arange(5, dtype="i2")
    square = numpy.zeros((3, 4))
    point = numpy.array(3.0, dtype="f4")
    flags = numpy.ones((2, 3, 4), dtype=bool)
    found = [numpy.float32(1e20), f16]
    at = lambda value: "at 0x%x" % id(value)
    lines = {
        name: "numpy.%s(%s)" % (type(value).__name__, value.item())
        for name, value in (("yes", yes), ("i8", i8), ("i16", i16), ("i32", i32), ("i64", i64), ("u8", u8))
        + (("u16", u16), ("u32", u32), ("u64", u64), ("f16", f16), ("f64", f64), ("c128", c128), ("c64", c64))
    }
    lines.update(
        f32="numpy.float32(0.1)",
        text="numpy.str_('h\u00e9')",
        flat="<numpy.ndarray shape=(5,) dtype=int16 %s>" % at(flat),
        square="<numpy.ndarray shape=(3, 4) dtype=float64 %s>" % at(square),
        point="<numpy.ndarray shape=() dtype=float32 %s>" % at(point),
        flags="<numpy.ndarray shape=(2, 3, 4) dtype=bool %s>" % at(flags),
        found="[numpy.float32(1e+20), numpy.float16(2.5)]",
    )
    wait(lines)


def wait(lines):
    print(json.dumps({"values": lines}), flush=True)
    os.read(0, 1)


hold()
