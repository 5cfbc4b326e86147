"""Prints the self time per function of a pyspy trace. Usage: minimal_reader.py FILE. Needs nothing but Python 3.8."""
import sqlite3, struct, sys, zlib

NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
           0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
LENGTHS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}


def unpack(data, at=0):
    """One msgpack value and the position behind it. A batch has numbers, strings, arrays and maps."""
    lead, at = data[at], at + 1
    if lead <= 0x7F or lead >= 0xE0:
        return (lead if lead <= 0x7F else lead - 256), at
    if lead in NUMBERS:
        end = at + struct.calcsize(NUMBERS[lead])
        return struct.unpack(NUMBERS[lead], data[at:end])[0], end
    if lead in LENGTHS:
        end = at + struct.calcsize(LENGTHS[lead])
        (count,), at = struct.unpack(LENGTHS[lead], data[at:end]), end
    else:
        count = lead & (0x1F if 0xA0 <= lead <= 0xBF else 0x0F)
    if 0xA0 <= lead <= 0xBF or 0xD9 <= lead <= 0xDB:
        return data[at:at + count].decode(), at + count
    is_map = lead <= 0x8F or lead >= 0xDE
    items = []
    for _ in range(count * (2 if is_map else 1)):
        item, at = unpack(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if is_map else items), at


def lengths(ticks, far):
    """How much time each tick stands for, in ns. Takes times and weights of the ticks of one recording."""
    def link(i):
        """2: nothing is lost between a tick and the one before; 1: something is; 0: there is none, or it is too far away."""
        apart = ticks[i][0] - ticks[i - 1][0] if 0 < i < len(ticks) else -1
        return 0 if not 0 <= apart <= far else 2 if apart - ticks[i][1] <= 100000 else 1

    for i, (_, weight) in enumerate(ticks):
        if link(i) == 2 and link(i + 1) == 2:
            weight = (weight + ticks[i + 1][1]) / 2
        elif link(i) == 2 and link(i - 1):
            weight = ticks[i - 1][1]
        elif link(i) == 0 and link(i + 1) == 2 and link(i + 2):
            weight = ticks[i + 2][1]
        yield weight


db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
known = [db.execute("PRAGMA " + name).fetchone()[0] for name in ("application_id", "user_version")] == [0x50795370, 2]
if not known or db.execute("SELECT 1 FROM feature WHERE required").fetchone():
    sys.exit("not a trace that this reader understands")
names = {None: "[unknown]", 0: "[no Python frames]"}
names.update(db.execute("""SELECT stack_id, text FROM stack JOIN frame USING (frame_id) JOIN function USING (function_id)
                           JOIN string ON string_id = coalesce(qualname_id, name_id)"""))
batches, recordings = [], {}
rates = dict(db.execute("SELECT recording_id, rate_hz FROM recording"))
for recording, first, data, encoding in db.execute(
        "SELECT recording_id, first_ns, data, encoding FROM batch ORDER BY last_ns, first_ns, batch_id"):
    batch, _ = unpack(zlib.decompress(data, -15) if encoding == 1 else data)
    period, slot, times = batch["period"], -1, []
    for units in batch["ticks"]:
        times.append((slot + 1) * period + units)
        slot = times[-1] // period
    weights = [batch["weight"]] + [b - a for a, b in zip(times, times[1:])]
    for tick, units in zip(batch["lost"][::2], batch["lost"][1::2]):
        weights[tick] -= units
    ticks = recordings.setdefault(recording, [])
    batches.append((batch, recording, len(ticks)))
    ticks += [(first + (time - times[0]) * batch["unit"], weight * batch["unit"]) for time, weight in zip(times, weights)]
for recording, ticks in recordings.items():
    period = 1e9 / rates[recording] if rates[recording] else 1e4
    recordings[recording] = list(lengths(ticks, min(60e9, max(1e9, 50 * period))))
self_us = {}
for batch, recording, start in batches:
    weights = recordings[recording][start:start + len(batch["ticks"])]
    stack, listed, recent = 0, iter(batch["stacks"]), []
    for at, runs, steps, states in zip(batch["from"], batch["runs"], batch["stack"], batch["status"]):
        for length, step, state in zip(runs, steps, states):
            if step == 0:
                stack += next(listed)
            recent.insert(0, recent.pop(step - 1) if step else stack)
            del recent[126:]
            name = names[None if state & 16 else recent[0]]
            self_us[name] = self_us.get(name, 0) + sum(weights[at:at + length]) / 1000
            at += length
for name, us in sorted(self_us.items(), key=lambda row: -row[1]):
    print("%10.6f  %s" % (us / 1e6, name))
