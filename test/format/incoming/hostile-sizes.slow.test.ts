/** Small files of other programs that claim much: refused in words before memory or minutes go. Each has a limit of time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Assembly } from '../../../src/format/assembly/assembly.js';
import type { ImportedProfile, ImportedSample } from '../../../src/format/assembly/imported-profile.js';
import type { ImportOptions } from '../../../src/format/encodings/import-fault.js';
import { readMarshal } from '../../../src/format/encodings/marshal-reader.js';
import { inflateZstd } from '../../../src/format/encodings/zstd.js';
import { readCPythonJsonl } from '../../../src/format/incoming/cpython-jsonl-reader.js';
import { readCPython } from '../../../src/format/incoming/cpython-reader.js';
import { readFolded } from '../../../src/format/incoming/folded-reader.js';
import { readMojo } from '../../../src/format/incoming/mojo-reader.js';
import { readPprof } from '../../../src/format/incoming/pprof-reader.js';
import { readPstats } from '../../../src/format/incoming/pstats-reader.js';
import { readSpeedscope } from '../../../src/format/incoming/speedscope-reader.js';
import { createRandom } from '../random.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-hostile-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Read = (file: Uint8Array, options: ImportOptions) => ImportedProfile;

/** Imports into a trace, which is checked. @returns how many samples there are */
async function take(read: Read, file: Uint8Array): Promise<number> {
  return takeProfile(read(file, { path: 'x', rateHz: 1_000 }));
}

async function takeProfile(profile: ImportedProfile): Promise<number> {
  let samples = 0;
  const progress = async () => {};
  await Assembly.make(join(directory, 'x.trace'), true, async (assembly) => {
    samples = await assembly.import(profile, { recorder: 'r', command: [], path: 'x' }, progress);
  });
  return samples;
}

const bytes = (...parts: readonly (number | string | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string))),
  );

/** LEB128. */
function varint(value: number): Buffer {
  const units: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) units.push((left % 128) + 128);
  return Buffer.from([...units, left]);
}

/** Every power of ten and of two, with what is next to it, up to the largest number there is. */
const large: readonly number[] = [
  ...Array.from({ length: 18 }, (_, power) => 10 ** power).flatMap((value) => [value, value + 1]),
  ...[31, 32, 52, 53, 63, 64].flatMap((power) => [2 ** power - 1, 2 ** power]),
];
const most = 10_000_000;
/** Without those for which it would take long to import all that they rightly claim. */
const claims = large.filter((value) => value <= 1_001 || value > most);

describe('statistics', () => {
  const u32 = (value: number) => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return buffer;
  };
  const double = (value: number) => {
    const buffer = Buffer.alloc(9, 'g');
    buffer.writeDoubleLE(value, 1);
    return buffer;
  };
  const key = (name: string, file = 'f.py') =>
    bytes(')', 3, 'z', file.length, file, 'i', u32(1), 'z', name.length, name);
  const sums = (count: Uint8Array, seconds = 1) =>
    bytes(')', 5, count, 'i', u32(1), double(seconds), double(seconds), '{0');
  const sampled = (count: Uint8Array) =>
    bytes('{', key('', '__sampled__'), 'T', key('f'), sums(count), key('g'), sums(bytes('i', u32(3))), '0');

  test.each([
    ...[Number.NaN, Infinity, -Infinity, -1, -0.5, 0.5, 2.5, 1e300, 2 ** 53, 2 ** 63].map((value) =>
      double(value),
    ),
    ...[
      bytes('N'),
      bytes('T'),
      bytes('z', 1, '7'),
      bytes('I', Buffer.alloc(8, 0x7f)),
      bytes('i', u32(2 ** 32 - 1)),
    ],
  ])('with a count that is none are refused: %#', async (count) => {
    await expect(take(readPstats, sampled(count))).rejects.toThrow(/cannot import x: a count of it is none/);
  });

  test.each(claims)('with %d samples are imported whole, or refused', async (count) => {
    const taken = take(readPstats, sampled(double(count)));
    if (count <= 1_001) expect(await taken).toBe(count + 3);
    else await expect(taken).rejects.toThrow(/a count of it is none|over 10000000 samples/);
  });

  test.each([Number.NaN, Infinity, -1, 1e9, 1e300])('with %d seconds are refused', async (seconds) => {
    const file = bytes('{', key('f'), sums(bytes('i', u32(1)), seconds), '0');
    await expect(take(readPstats, file)).rejects.toThrow(/a time of it is none/);
  });

  test('whose functions all refer to one large dict of callers are refused', async () => {
    const [own, all] = [bytes('r', u32(0)), 30_000];
    const marked = (part: Buffer) => {
      const copy = Buffer.from(part);
      copy[0]! |= 0x80;
      return copy;
    };
    const caller = bytes(')', 4, 'i', u32(1), 'i', u32(1), double(0), double(0));
    const callers = bytes(
      '{',
      own,
      marked(caller),
      Buffer.concat(new Array(all).fill(bytes(own, 'r', u32(2)))),
      '0',
    );
    const first = marked(bytes(')', 5, 'i', u32(1), 'i', u32(1), double(0), double(0), callers));
    const again = bytes(own, 'r', u32(1));
    const file = bytes('{', marked(key('f')), first, Buffer.concat(new Array(all).fill(again)), '0');
    expect(file.length).toBeLessThan(1_000_000);
    await expect(take(readPstats, file)).rejects.toThrow(
      /x has more than can be imported: over 2000000 callers/,
    );
  });

  test('of more values than any has are refused before they are all there', () => {
    const items = 10_000_001;
    expect(() => readMarshal(bytes('[', u32(items), Buffer.alloc(items, 'N')), 'x')).toThrow(
      /over 10000000 values/,
    );
    expect(() => readMarshal(bytes('[', u32(2 ** 32 - 1), 'NN'), 'x')).toThrow(/it is cut short/);
  });
});

describe('what CPython writes', () => {
  /** A file of --binary with a stack of some depth, and records behind it. */
  function binary(depth: number, ...records: readonly Uint8Array[]): Buffer {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(0x54414348, 0);
    header.writeUInt32LE(1, 4);
    header.set([3, 15, 0], 8);
    header.writeBigUInt64LE(1_000n, 20);
    const first = bytes(thread, 1, varint(1), 0, varint(depth), Buffer.alloc(depth));
    const samples = bytes(first, ...records);
    const strings = bytes(varint(1), 'f');
    const frames = bytes(0, 0, 2, 0, 0, 0, 0);
    header.writeBigUInt64LE(BigInt(64 + samples.length), 40);
    header.writeBigUInt64LE(BigInt(64 + samples.length + strings.length), 48);
    const footer = Buffer.alloc(32);
    footer.writeUInt32LE(1, 0);
    footer.writeUInt32LE(1, 4);
    const length = 64 + samples.length + strings.length + frames.length + 32;
    footer.writeBigUInt64LE(BigInt(length), 8);
    return bytes(header, samples, strings, frames, footer);
  }
  const thread = Buffer.alloc(12, 1);
  const repeat = (count: number) => bytes(thread, 0, varint(count));

  test('whole is imported', async () => {
    expect(await take(readCPython, binary(3, repeat(2), bytes(1, 0, 1, 0)))).toBe(3);
  });

  test.each(large.filter((count) => count > 2))(
    'repeats %d times no sample that it does not have',
    async (count) => {
      const file = binary(3, repeat(count), bytes(1, 0, 1, 0));
      await expect(take(readCPython, file)).rejects.toThrow(/it is cut short|a number of it is too large/);
    },
  );

  test('repeats no deep stack for ever, also for no sample at all', async () => {
    const records = Buffer.concat(new Array<Buffer>(60_000).fill(repeat(0)));
    const file = binary(200_000, records);
    expect(file.length).toBeLessThan(1_100_000);
    expect(await take(readCPython, file)).toBe(1);
  });

  test.each([...claims, -1, 0.5, 1e308])(
    'as --jsonl has %d samples of a frame or is refused',
    async (self) => {
      const run = { v: 0, run_id: 'r' };
      const lines = [
        { type: 'meta', ...run, sample_interval_usec: 100 },
        { type: 'string_table', ...run, strings: [{ str_id: 1, value: 'f' }] },
        { type: 'frame_table', ...run, frames: [{ frame_id: 1, func_str_id: 1, path_str_id: 1, line: 1 }] },
        { type: 'agg', kind: 'frame', ...run, entries: [{ frame_id: 1, self }] },
        { type: 'end', ...run },
      ];
      const file = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'));
      const taken = take(readCPythonJsonl, file);
      if (!(self >= 1) || !Number.isInteger(self)) await expect(taken).rejects.toThrow(/not where it can be/);
      else if (self <= 1_001) expect(await taken).toBe(self);
      else await expect(taken).rejects.toThrow(/over 10000000 samples|over 50 days/);
    },
  );
});

describe('MOJO', () => {
  const number = (value: number): Buffer => {
    const rest = Math.floor(value / 64);
    return rest === 0 ? bytes(value % 64) : bytes((value % 64) + 128, varint(rest));
  };
  const stack = bytes(2, number(1), number(0), '1\0');
  const native = bytes(6, 'k\0');
  const mojo = (...parts: readonly (number | string | Uint8Array)[]) => bytes('MOJ', 4, ...parts);

  test.each(large.filter((us) => us < 1e9 || us > 1e13))(
    'has a sample of %d µs or is refused',
    async (us) => {
      const taken = take(readMojo, mojo(stack, native, 9, number(us), stack, 13, 9, number(5)));
      if (us * 1e3 * 2 > 50 * 86_400e9)
        await expect(taken).rejects.toThrow(/over 50 days|over 10000000 samples|a number of it is too large/);
      else expect(await taken).toBeGreaterThanOrEqual(2);
    },
  );

  test('does not look for ever at what it is to repeat', async () => {
    const deep = bytes(stack, Buffer.concat(new Array<Buffer>(150_000).fill(native)), 9, number(5));
    const file = mojo(deep, stack, Buffer.alloc(150_000, 13), 9, number(5));
    expect(file.length).toBeLessThan(1_000_000);
    await expect(take(readMojo, file)).rejects.toThrow(/its stacks have no end/);
  });
});

describe('zstd', () => {
  /** A frame: its window (as its header has it), and blocks. */
  const frame = (window: number, ...blocks: readonly Uint8Array[]) =>
    bytes(Buffer.from('28b52ffd', 'hex'), 0, window, ...blocks);
  const block = (type: number, size: number, isLast: boolean, ...content: readonly number[]) => {
    const header = (size << 3) | (type << 1) | (isLast ? 1 : 0);
    return Buffer.from([header & 255, (header >> 8) & 255, header >> 16, ...content]);
  };
  const over = block(0, 1, true, 7);
  const inflate = (file: Uint8Array) => inflateZstd(file, 'x', 1 << 29);

  test('of a few bytes is inflated', () => {
    expect([...inflate(frame(0, over))]).toEqual([7]);
    expect(inflate(frame(0x40, block(1, 1 << 17, false, 1), over))).toHaveLength((1 << 17) + 1);
  });

  test('of any window is inflated, or refused before it has one', () => {
    for (let window = 0; window < 256; window += 5) {
      const isLarge = 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8) > 2 ** 27;
      if (isLarge) expect(() => inflate(frame(window, over))).toThrow(/needs more memory/);
      else expect([...inflate(frame(window, over))]).toEqual([7]);
    }
  });

  test.each(large)('that says that it inflates to %d bytes, and has one, is refused', (size) => {
    const told = Buffer.alloc(8);
    told.writeBigUInt64LE(BigInt(Math.min(size, 2 ** 63)));
    for (const start of [bytes(0xe0), bytes(0xc0, 0)]) {
      const file = bytes(Buffer.from('28b52ffd', 'hex'), start, told, over);
      if (size === 1) expect([...inflate(file)]).toEqual([7]);
      else expect(() => inflate(file)).toThrow(/inflates to more than|needs more memory|its zstd is damaged/);
    }
  });

  test('whose second frame, or frame behind one to be skipped, wants gigabytes is refused', () => {
    const greedy = frame(0xa8, over);
    const skipped = bytes(Buffer.from('502a4d18', 'hex'), Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]));
    for (const file of [bytes(frame(0, over), greedy), bytes(skipped, greedy), skipped])
      expect(() => inflate(file)).toThrow(/its zstd is damaged/);
  });

  test('of blocks without end is refused by what their heads say', () => {
    const whole = Buffer.concat(new Array<Buffer>(5_000).fill(block(1, 1 << 17, false, 1)));
    expect(() => inflate(frame(0x40, whole, over))).toThrow(/inflates to more than 536870912 bytes/);
    const tiny = Buffer.concat(new Array<Buffer>(250_000).fill(block(1, 1, false, 1)));
    expect(() => inflate(frame(17 << 3, tiny, over))).toThrow(
      /more blocks than any profile of its size: 250001/,
    );
    expect(() => inflate(frame(0, block(1, (1 << 17) + 1, true, 1)))).toThrow(/its zstd is damaged/);
    expect(() => inflate(frame(0, block(3, 1, true, 1)))).toThrow(/its zstd is damaged/);
  });

  test('that is damaged anywhere says so', () => {
    const random = createRandom(11);
    const whole = frame(0x40, block(1, 900, false, 1), block(0, 5, false, 1, 2, 3, 4, 5), over);
    for (let round = 0; round < 600; round++) {
      const damaged = Buffer.from(
        whole.subarray(0, round % 3 === 0 ? random() * whole.length : whole.length),
      );
      for (let changes = 0; changes < 3 && damaged.length > 6; changes++)
        damaged[6 + Math.floor(random() * (damaged.length - 6))] = Math.floor(random() * 256);
      try {
        expect(inflate(damaged).length).toBeLessThan(1 << 29);
      } catch (error) {
        expect((error as Error).message).toMatch(/^cannot import x: it/);
      }
    }
  });
});

describe('other files', () => {
  test('pprof of more values in a message than any has is refused', () => {
    const file = Buffer.alloc(10_000_004, Buffer.from([0x70, 1]));
    expect(() => readPprof(file, { path: 'x', rateHz: 1 })).toThrow(
      /x: it is damaged \(a message has over 5000000/,
    );
  });

  test('a text that a file has once is not copied by each frame that refers to it', () => {
    const long = 'n'.repeat(1 << 20);
    const frames = Array.from({ length: 3_000 }, (_, at) => ({ name: 0, file: at }));
    const run = { v: 0, run_id: 'r' };
    const lines = [
      { type: 'meta', ...run, sample_interval_usec: 100 },
      { type: 'string_table', ...run, strings: [{ str_id: 1, value: long }] },
      ...Array.from({ length: 30 }, (_, part) => ({
        ...{ type: 'frame_table', ...run },
        frames: frames.map((_, at) => ({
          frame_id: part * 3_000 + at,
          func_str_id: 1,
          path_str_id: 1,
          line: at,
        })),
      })),
      { type: 'end', ...run },
    ];
    const file = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect([...readCPythonJsonl(file, { path: 'x', rateHz: 1 }).samples]).toEqual([]);
  }, 10_000);

  test('stacks that lasted for nothing are not copied', async () => {
    const [deep, short] = [50_000, 50_000];
    const open = Array.from({ length: deep }, () => ({ type: 'O', frame: 0, at: 0 }));
    const moments = Array.from({ length: short }, (_, at) => [
      { type: 'O', frame: 0, at: at * 1e-12 },
      { type: 'C', frame: 0, at: at * 1e-12 },
    ]);
    const profile = { type: 'evented', name: '', unit: 'nanoseconds', startValue: 0, endValue: 1 };
    const file = JSON.stringify({
      shared: { frames: [{ name: 'f' }] },
      profiles: [{ ...profile, events: [...open, ...moments.flat()] }],
    });
    expect([...readSpeedscope(Buffer.from(file), { path: 'x', rateHz: null }).samples]).toEqual([]);
  }, 10_000);

  test('folded stacks with more names than any has are refused before all are there', async () => {
    const file = Buffer.from(`${';'.repeat(50_000_000)} 1\n`);
    await expect(take(readFolded, file)).rejects.toThrow(/the stack of line 1 has no end/);
  });
});

describe('a sample', () => {
  const thread = { pid: 1, osId: 1, name: 'a', command: [], pythonVersion: '' };
  const frames = [{ name: 'f', file: 'f.py', firstLine: 1, line: 1 }];
  const profile = (hasTimes: boolean, samples: readonly Partial<ImportedSample>[]): ImportedProfile => ({
    ...{ startedUtcNs: 1n, hasTimes },
    samples: samples.map((sample) => ({
      ...{ thread, frames, task: null, samples: 1, wallNs: 1, cpuNs: null },
      ...(hasTimes && { fromNs: 0 }),
      ...sample,
    })),
  });
  const none = [Number.NaN, Infinity, -Infinity, -1, 0.5, 1e300, 2 ** 53];

  test.each(['samples', 'wallNs', 'cpuNs', 'fromNs'] as const)(
    'whose %s is no number is refused',
    async (field) => {
      for (const hasTimes of [false, true])
        for (const value of field === 'fromNs' ? none.filter((each) => each !== -1) : none) {
          if (field === 'fromNs' && !hasTimes) continue;
          const samples = [{ [field]: value }, { wallNs: 5 }];
          await expect(takeProfile(profile(hasTimes, samples)), `${value}`).rejects.toThrow(
            /a number of a sample is none|over 10000000 samples|over 50 days/,
          );
        }
    },
  );

  test('of a thread that was elsewhere at the same time comes behind, and keeps its time', async () => {
    const random = createRandom(5);
    const below = (limit: number) => Math.floor(random() * limit);
    for (let round = 0; round < 12; round++) {
      const threads = Array.from({ length: 1 + below(3) }, (_, at) => ({ ...thread, osId: at + 1 }));
      const samples = Array.from({ length: 1 + below(60) }, () => ({
        ...{ thread: threads[below(threads.length)]!, wallNs: below(4) * 10 ** below(9) },
        fromNs: (below(3) - 1) * below(1e9),
      }));
      // What was made is checked by the rules of the format.
      expect(await takeProfile(profile(true, samples))).toBeGreaterThan(0);
    }
  });
});
