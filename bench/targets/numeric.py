"""Numerical code in four threads: with numpy where it is there, else in plain Python. Says which."""
import json
import math
import random
import threading

try:
    import numpy
except ImportError:
    numpy = None


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def sieve(limit):
    flags = bytearray([1]) * limit
    for n in range(2, int(math.sqrt(limit)) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit, n)))
    return sum(flags) - 2


def fourier(signal):
    if len(signal) == 1:
        return signal
    even, odd = fourier(signal[::2]), fourier(signal[1::2])
    half = len(signal) // 2
    turned = [complex(math.cos(math.pi * k / half), -math.sin(math.pi * k / half)) * odd[k] for k in range(half)]
    return [even[k] + turned[k] for k in range(half)] + [even[k] - turned[k] for k in range(half)]


def integrate(function, low, high, steps):
    width = (high - low) / steps
    return sum(function(low + (step + 0.5) * width) for step in range(steps)) * width


def plain(seed):
    dice = random.Random(seed)
    matrix = [[dice.random() for _ in range(24)] for _ in range(24)]
    while True:
        multiply(matrix, matrix)
        sieve(20000)
        fourier([dice.random() for _ in range(256)])
        integrate(lambda x: math.exp(-x * x), 0, 3, 2000)


def arrays(seed):
    dice = numpy.random.default_rng(seed)
    matrix = dice.random((160, 160))
    while True:
        numpy.linalg.solve(matrix + numpy.eye(160) * 160, matrix)
        numpy.fft.fft(dice.random(1 << 14))
        numpy.sort(dice.random(1 << 15))
        integrate(lambda x: math.exp(-x * x), 0, 3, 2000)
        sieve(20000)


def run(seed):
    (plain if numpy is None else arrays)(seed)


for number in range(3):
    threading.Thread(target=run, args=(number,), daemon=True).start()
print(json.dumps({"ready": "plain Python" if numpy is None else "numpy " + numpy.__version__}), flush=True)
run(3)
