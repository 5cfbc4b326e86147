"""Reads the samples of a pyspy trace. Needs nothing but Python 3.8.

    import reader
    for sample in reader.samples("run.trace"):
        print(sample.time_s, sample.thread, sample.wall_s, [frame.function for frame in sample.stack or ()])

As a program it prints the self time per function: reader.py FILE.
"""
import bisect, itertools, sqlite3, struct, sys, zlib
from typing import NamedTuple, Optional, Tuple

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


class Frame(NamedTuple):
    function: str
    file: str  # empty: not known
    line: int  # 0: not known
    kind: int  # docs/format.md has the kinds


class Sample(NamedTuple):
    time_s: float  # since the trace's time zero
    wall_s: float  # what it stands for
    pid: int
    thread_id: Optional[int]  # the system's
    thread: Optional[str]  # its name at that time
    task: Optional[str]  # the asyncio task that ran
    status: int  # bits; docs/format.md has them
    stack: Optional[Tuple[Frame, ...]]  # outermost first; None: it could not be read

    @property
    def idle(self):
        return not self.status & 33


def lengths(ticks, far):
    """How much time each tick stands for, in ns. Takes times and weights of the ticks of one recording."""
    def link(i):
        """2: nothing is lost between a tick and the one before; 1: something is; 0: there is none, or it is too far away."""
        apart = ticks[i][0] - ticks[i - 1][0] if 0 < i < len(ticks) else -1
        return 0 if not 0 <= apart <= far else 2 if apart - ticks[i][1] <= 100000 else 1

    for i, (_, weight) in enumerate(ticks):
        if link(i) == 2 and link(i + 1) == 2:
            weight = weight - weight // 2 + ticks[i + 1][1] // 2
        elif link(i) == 2 and link(i - 1):
            weight = ticks[i - 1][1]
        elif link(i) == 0 and link(i + 1) == 2 and link(i + 2):
            weight = ticks[i + 2][1]
        yield weight


def batches(db):
    """The recording of each batch, its columns, and times and weights of its ticks in ns."""
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
        unit = batch["unit"]
        yield recording, batch, [(first + (time - times[0]) * unit, weight * unit) for time, weight in zip(times, weights)]


def stacks(db):
    """The stack of each id, as a tuple of frames. Callers have smaller ids."""
    frames = {row[0]: Frame(*row[1:]) for row in db.execute(
        """SELECT frame_id, own.text || CASE WHEN kind > 6 THEN ' [kind ' || kind || ']' ELSE '' END,
           path.text, line, kind FROM frame JOIN function USING (function_id)
           JOIN string own ON own.string_id = coalesce(qualname_id, name_id) JOIN string path ON path.string_id = file_id""")}
    known = {0: (0, None)}
    known.update((stack, (parent, frames[frame])) for stack, parent, frame in db.execute(
        "SELECT stack_id, parent_id, frame_id FROM stack"))

    def get(stack):
        found = []
        while stack:
            stack, frame = known[stack]
            found.append(frame)
        return tuple(reversed(found))
    return get


def samples(path):
    """Yields the samples of a trace, batch by batch; in each by thread, then by time. Raises ValueError for other files."""
    db = sqlite3.connect("file:%s?mode=ro" % path.replace("%", "%25").replace("?", "%3f").replace("#", "%23"), uri=True)
    known = [db.execute("PRAGMA " + name).fetchone()[0] for name in ("application_id", "user_version")]
    if known != [0x50795370, 2] or db.execute("SELECT 1 FROM feature WHERE required AND name <> 'spans'").fetchone():
        raise ValueError("not a trace that this reader understands: " + path)
    db.execute("BEGIN")
    threads = {row[0]: row[1:] for row in db.execute(
        "SELECT thread_id, os_thread_id, pid FROM thread JOIN process USING (process_id)")}
    names = {}
    for thread, since, name in db.execute(
            "SELECT thread_id, since_ns, text FROM thread_name JOIN string USING (string_id) ORDER BY thread_id, since_ns"):
        names.setdefault(thread, []).append((since, name))
    ticks = {}
    for recording, _, own in batches(db):
        ticks.setdefault(recording, []).extend(own)
    rates = dict(db.execute("SELECT recording_id, rate_hz FROM recording"))
    weights = {}
    for recording, own in ticks.items():
        period = 1e9 / rates[recording] if rates[recording] else 1e4
        weights[recording] = lengths(own, min(60e9, max(1e9, 50 * period)))
    get = stacks(db)
    for recording, batch, own in batches(db):
        cells = list(itertools.islice(weights[recording], len(own)))
        if "spans" in batch:
            cells = [units * batch["unit"] for units in batch["spans"]]
        stack, listed, recent = 0, iter(batch["stacks"]), []
        for thread, at, runs, steps, states in zip(
                *(batch[name] for name in ("thread", "from", "runs", "stack", "status"))):
            os_id, pid = threads[thread]
            for length, step, status in zip(runs, steps, states):
                if step == 0:
                    stack += next(listed)
                recent.insert(0, recent.pop(step - 1) if step else stack)
                del recent[126:]
                frames, task = None if status & 16 else get(recent[0]), None
                if frames and frames[0].kind == 5:
                    task, frames = frames[0].function, frames[1:]
                for (time, _), ns in zip(own[at:at + length], cells[at:at + length]):
                    called = names.get(thread)
                    name = called and called[max(0, bisect.bisect(called, (time, "\U0010ffff")) - 1)][1]
                    yield Sample(time / 1e9, ns / 1e9, pid, os_id, name, task, status, frames)
                at += length


if __name__ == "__main__":
    self_s = {}
    for sample in samples(sys.argv[1]):
        name = ("[unknown]" if sample.stack is None else
                sample.stack[-1].function if sample.stack else "[no Python frames]")
        self_s[name] = self_s.get(name, 0) + sample.wall_s
    for name, seconds in sorted(self_s.items(), key=lambda row: -row[1]):
        print("%10.6f  %s" % (seconds, name))
