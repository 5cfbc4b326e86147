/**
 * Files that other programs have written (test/fixtures/profiles/): their sums are what those programs' own readers make of them. sums.json
 * has rows of function, file and line; of MOJO then samples, ns and, where idle threads are told, ns of the others; of pstats samples where
 * it has them, and ns; of CPython's binaries samples in which the frame was innermost, and in which it was on the stack.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inflateZstd } from '../../../src/format/encodings/zstd.js';
import { readPerf } from '../../../src/format/incoming/perf-reader.js';
import { runCli } from '../run-cli.js';
import { fails, profileFile, topOf, well } from './imported.js';

type Told = readonly [string, string, number, number | null, number, number?];

const sums = JSON.parse(readFileSync(profileFile('sums.json'), 'utf8')) as Record<string, readonly Told[]>;

let directory: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-others-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Line {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly self_samples: number;
  readonly total_samples: number;
  readonly self_s: number;
}

async function linesOf(name: string, ...args: string[]): Promise<Map<string, Line>> {
  await well('import', profileFile(name), '-o', at('own.trace'), '--force');
  expect(await well('verify', at('own.trace'))).toContain('own.trace: valid');
  const top = ['top', at('own.trace'), '--by', 'line', '--limit', '0', '--json', ...args];
  const { rows } = JSON.parse(await well(...top)) as { rows: Line[] };
  return new Map(rows.map((row) => [`${row.function} ${row.file} ${row.line || 0}`, row]));
}

describe.each(['cpython-plain.bin', 'cpython-packed.bin'])('%s', (name) => {
  test('has the samples that CPython finds in it', async () => {
    const lines = await linesOf(name, '--idle');
    const told = sums[name]!.filter(([, file]) => !file.endsWith('_sync_coordinator.py'));
    expect(told.length).toBeGreaterThan(5);
    // CPython tells columns apart, so a line can have several rows.
    for (const [code, file, line, , total] of told) {
      const rows = told.filter((row) => row[0] === code && row[1] === file && row[2] === line);
      const row = lines.get(`${code} ${file} ${line}`)!;
      expect(row.self_samples, `${code}:${line}`).toBe(rows.reduce((sum, [, , , self]) => sum + self!, 0));
      if (rows.length === 1) expect(row.total_samples, `${code}:${line}`).toBe(total);
    }
    expect([...lines.keys()].filter((key) => key.includes('_sync_coordinator'))).toEqual([]);
  });

  test('says of which Python it is, and which threads it has', async () => {
    await well('import', profileFile(name), '-o', at('own.trace'), '--force');
    const info = JSON.parse(await well('info', at('own.trace'), '--json'));
    expect(info.processes).toMatchObject([{ python: '3.15.0' }]);
    expect(info.threads.map(({ name: thread }: { name: string }) => thread)).toEqual([
      expect.stringMatching(/^Thread \d+$/),
      expect.stringMatching(/^Thread \d+$/),
    ]);
  });
});

test('a file of --binary that is cut, unfinished or of another version is refused', async () => {
  const whole = readFileSync(profileFile('cpython-packed.bin'));
  const write = (name: string, bytes: Uint8Array) => writeFileSync(at(name), bytes);
  write('cut', whole.subarray(0, -40));
  write('empty', Buffer.alloc(64));
  const other = Buffer.from(whole);
  other.writeUInt32LE(2, 4);
  write('other', other);
  const into = ['-o', at('no.trace'), '--format', 'cpython'];
  await fails(6, /it is cut short/, 'import', at('cut'), ...into);
  await fails(6, /its header is empty: it was not written to its end/, 'import', at('empty'), ...into);
  await fails(6, /its format is of version 2, and 1 is the only one/, 'import', at('other'), ...into);
});

test('a file of --binary from a machine with the other byte order, or from before the release, is the same', async () => {
  const whole = readFileSync(profileFile('cpython-plain.bin'));
  const stringsAt = Number(whole.readBigUInt64LE(40));
  // The count of samples had half as many bytes, and there was no mode.
  const older = Buffer.from(whole);
  whole.copy(older, 32, 36, 60);
  older.writeUInt32LE(0, 56);
  writeFileSync(at('older'), older);
  const swapped = Buffer.from(whole);
  const swap = (from: number, bytes: number) => swapped.subarray(from, from + bytes).reverse();
  for (const from of [0, 4, 36, 56, 60]) swap(from, 4);
  for (const from of [12, 20, 28, 40, 48]) swap(from, 8);
  const footer = whole.length - 32;
  swap(footer, 4);
  swap(footer + 4, 4);
  swap(footer + 8, 8);
  for (const from of recordsOf(whole.subarray(64, stringsAt))) {
    swap(64 + from, 8);
    swap(64 + from + 8, 4);
  }
  writeFileSync(at('swapped'), swapped);
  await well('import', profileFile('cpython-plain.bin'), '-o', at('own.trace'), '--force');
  const own = await topOf(at('own.trace'), '--idle');
  for (const name of ['older', 'swapped']) {
    await well('import', at(name), '-o', at('other.trace'), '--force');
    expect(await topOf(at('other.trace'), '--idle')).toEqual(own);
  }
});

/** Where records begin. */
function recordsOf(bytes: Buffer): number[] {
  const starts: number[] = [];
  let place = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[place++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const moment = () => {
    varint();
    place++;
  };
  while (place < bytes.length) {
    starts.push(place);
    place += 12;
    const kind = bytes[place++];
    if (kind === 0) for (let count = varint(); count > 0; count--) moment();
    else {
      moment();
      if (kind !== 1) varint();
      for (let count = varint(); count > 0; count--) varint();
    }
  }
  return starts;
}

test('a file of --jsonl has samples of what was innermost', async () => {
  const lines = await linesOf('cpython.jsonl');
  const told = sums['cpython-plain.bin']!.filter((row) => row[3]! > 0);
  for (const [code, file, line] of told) {
    const row = lines.get(`${code} ${file} ${line}`)!;
    const self = told
      .filter((each) => each[0] === code && each[1] === file && each[2] === line)
      .reduce((sum, each) => sum + each[3]!, 0);
    expect(row.self_samples).toBe(self);
    expect(row.self_s).toBeCloseTo(self * 0.002, 9);
  }
  const text = readFileSync(profileFile('cpython.jsonl'), 'utf8').trimEnd().split('\n');
  writeFileSync(at('cut'), text.slice(0, -1).join('\n'));
  await fails(6, /its last line is missing/, 'import', at('cut'), '-o', at('no.trace'));
});

test.each(['calls.pstats', 'calls-2.pstats', 'sampled.pstats'])(
  '%s has the time that pstats tells',
  async (name) => {
    await well('import', profileFile(name), '-o', at('own.trace'), '--force');
    const { rows } = JSON.parse(await well('top', at('own.trace'), '--by', 'line', '--limit', '0', '--json'));
    const told = sums[name]!.filter(([, , , , ns]) => ns > 0);
    const own = (rows as Line[]).filter((row) => row.self_s > 0);
    expect(own).toHaveLength(told.length);
    for (const [code, , line, samples, ns] of told) {
      const row = own.find((each) => each.function === code && (samples === null || each.line === line))!;
      expect(row.self_s * 1e9, code).toBeCloseTo(ns, -3);
      if (samples !== null) expect(row.self_samples).toBe(samples);
    }
  },
);

test('statistics have no totals, and flame graphs of them begin where callers are not known', async () => {
  await well('import', profileFile('calls.pstats'), '-o', at('own.trace'), '--force');
  const { stdout } = await runCli('top', at('own.trace'));
  expect(stdout).toMatch(/^self s +function +file:line$/m);
  expect(stdout).toContain('truncated (their callers are not in the profile)');
  for (const view of ['tree', 'heat'])
    expect((await runCli(view, at('own.trace'))).stdout).toContain(
      'truncated (their callers are not in the profile)',
    );
  const folded = await well('export', at('own.trace'), '-f', 'folded', '--names');
  expect(folded).toMatch(/^<callers not known>;price;<built-in method builtins\.sum> \d+$/m);
  expect(folded).toMatch(/^<callers not known>;<built-in method builtins\.sum>;<genexpr> \d+$/m);
  for (const line of folded.trimEnd().split('\n')) expect(line.split(';').length).toBeLessThanOrEqual(3);
});

test.each([
  ['shop.mojo', []],
  ['full.mojo', ['--idle']],
  ['full.mojo', []],
])("%s has the sums of Austin's own reader, %j", async (name, args) => {
  const lines = await linesOf(name, ...args);
  const column = name === 'full.mojo' && args.length === 0 ? 5 : 4;
  for (const [code, file, line, samples, ...values] of sums[name]!) {
    const ns = values[column - 4]!;
    const key = code === '' ? [...lines.keys()].find((each) => each.startsWith('[no Python')) : undefined;
    const row = lines.get(key ?? `${code} ${file} ${line}`);
    expect((row?.self_s ?? 0) * 1e9, `${code}:${line}`).toBeCloseTo(ns, -3);
    if (column === 4) expect(row!.self_samples).toBe(samples);
  }
});

/** MOJO of version 4, an event in each part. */
function mojo(...parts: (string | number)[][]): Buffer {
  const bytes = (part: string | number) => (typeof part === 'number' ? [part] : [...Buffer.from(part), 0]);
  return Buffer.from([...Buffer.from('MOJ'), 4, ...parts.flat().flatMap(bytes)]);
}

describe('MOJO of Austin 4', () => {
  const head = [
    [1, 'mode', 'wall'],
    [2, 7, 0, 'loop'],
    [11, 2, '/app/a.py'],
    [11, 3, 'main'],
    [11, 4, 'work'],
    [3, 5, 2, 3, 10, 10, 1, 5],
    [3, 6, 2, 4, 20, 20, 1, 5],
  ];

  test('repeats stacks, has names of threads, and tasks that wait are none of them', async () => {
    const file = mojo(
      ...[...head, [5, 5], [5, 6], [9, 10]],
      ...[[2, 7, 0, 'loop'], [13], [9, 20]],
      // A task that waits, and what it waits for.
      ...[
        [14, 8, 4],
        [5, 6],
        [9, 30],
        [15, 8, 9],
      ],
      ...[[2, 7, 0, 'loop'], [13], [7], [9, 30]],
      [2, 7, 0, 'loop'],
    );
    writeFileSync(at('in.mojo'), file);
    await well('import', at('in.mojo'), '-o', at('own.trace'), '--force');
    const rows = await topOf(at('own.trace'));
    expect(rows.get('work')).toMatchObject({ self_samples: 2, self_s: 30e-6, total_s: 60e-6 });
    expect(rows.get(':GC:')).toMatchObject({ self_samples: 1, self_s: 30e-6 });
    const info = JSON.parse(await well('info', at('own.trace'), '--json'));
    expect(info.threads).toMatchObject([{ pid: 7, name: 'loop' }]);
  });

  test('that was cut keeps the samples before', async () => {
    const file = mojo(...head, [5, 5], [9, 10], [2, 7, 0, 'loop'], [5, 6], [9, 20]);
    for (const lost of [1, 2, 3, 4, 6]) {
      writeFileSync(at('in.mojo'), file.subarray(0, -lost));
      await well('import', at('in.mojo'), '-o', at('own.trace'), '--force');
      expect([...(await topOf(at('own.trace'))).keys()]).toEqual(['main']);
    }
  });

  test.each([
    ['of memory', /it is about memory, not about time/, [[1, 'mode', 'memory']]],
    ['with a frame that is not listed', /a frame that is not listed/, [...head, [5, 9]]],
    ['with a name that is not listed', /a name that is not listed/, [...head, [3, 7, 2, 9, 1, 1, 1, 1]]],
    ['with an unknown event', /there is no event 99/, [...head, [99]]],
    ['with a time before a stack', /there is no stack where one is needed/, [[9, 5]]],
  ])('%s is refused', async (_, message, parts) => {
    writeFileSync(at('in.mojo'), mojo(...parts));
    await fails(6, message, 'import', at('in.mojo'), '-o', at('no.trace'));
  });

  test('of a later version is refused', async () => {
    writeFileSync(at('in.mojo'), Buffer.from('MOJ\x05'));
    await fails(
      6,
      /its format is of version 5, and 4 is the newest/,
      'import',
      at('in.mojo'),
      '-o',
      at('no.trace'),
    );
  });
});

describe('what perf script prints', () => {
  test('has native code that is nobody’s own, and no source file', async () => {
    await well('import', profileFile('perf-script.txt'), '-o', at('own.trace'), '--force');
    const { rows } = JSON.parse(await well('top', at('own.trace'), '--mine', '--limit', '0', '--json'));
    const own = (rows as { file: string; function: string }[]).filter(({ file }) => file !== '');
    expect(own.length).toBeGreaterThan(0);
    for (const { file } of own) expect(file).toMatch(/\.py$/);
    const heat = JSON.parse(await well('heat', at('own.trace'), '--json'));
    for (const { file } of [heat, ...heat.other_files]) expect(file).toMatch(/\.py$|^<.*>$/);
  });

  test('has names of -X perf, threads, and CPU time', async () => {
    await well('import', profileFile('perf-script.txt'), '-o', at('own.trace'), '--force');
    const rows = await topOf(at('own.trace'), '--cpu');
    const heads = readFileSync(profileFile('perf-script.txt'), 'utf8').match(/^\S+ +\d+ .*cpu-clock/gm)!;
    const sum = [...rows.values()].reduce((all, { self_s: own }) => all + own, 0);
    expect(sum).toBeCloseTo(heads.length * 0.01010101, 6);
    expect(rows.get('price')!.total_s).toBeCloseTo(5 * 0.01010101, 6);
    expect(await well('top', at('own.trace'))).toMatch(/price +\/srv\/shop\.py/);
    const info = JSON.parse(await well('info', at('own.trace'), '--json'));
    expect(info.threads.map(({ os_thread_id: id }: { os_thread_id: number }) => id)).toEqual([5221, 5224]);
  });

  const text = (event: string, more = '') =>
    `# cmdline : perf record\npython3  77/78 [001] 10.5: 1000 ${event}: \n\t 1f a(b, c)+0x2 (/usr/lib/x.so)${more}\n\n`;

  test('of other events needs a rate, and has pids if it says them', async () => {
    writeFileSync(at('in.txt'), text('cycles:P'));
    await fails(2, /has counts and no times/, 'import', at('in.txt'), '-o', at('no.trace'));
    await well('import', at('in.txt'), '--rate', '1000', '-o', at('own.trace'), '--force');
    expect((await topOf(at('own.trace'))).get('a(b, c)')!.self_s).toBeCloseTo(0.001, 9);
    const info = JSON.parse(await well('info', at('own.trace'), '--json'));
    expect(info.threads).toMatchObject([{ pid: 77, os_thread_id: 78, name: 'python3' }]);
  });

  test.each([
    ...[
      'tmux: server',
      '[a] (b): 1/2',
      'a 1 1.5: e:',
      '77/78 [001]',
      '#x',
      '-',
      'a\nb',
      '\n\na',
      'é ü',
      '12 34',
      ': :',
    ],
    ...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)),
  ])('has names of threads with any characters in them: %j', (name) => {
    const line = (time: string) => `${name} 77/78 [001] ${time}: 1000 cpu-clock: `;
    const stack = '\n\t 1f a(b, c)+0x2 (/usr/lib/x.so)\n\n';
    const samples = (text: string) => [...readPerf(Buffer.from(text), { path: 'x', rateHz: null }).samples];
    const inline = `${line('1.5')}1f a+0x2 (/x.so)\n${line('2.5')}1f b+0x2 (/x.so)\n`;
    for (const text of [`${line('1.5')}${stack}${line('2.5')}${stack}`, inline])
      expect(
        samples(text).map(({ thread, frames }) => [thread.pid, thread.osId, thread.name, frames.length]),
      ).toEqual([1, 2].map(() => [77, 78, name.trim() === '' ? null : name.trim(), 1]));
  });

  test('has comments of any kind, which take no longer than they are', () => {
    const comment = `#${' '.repeat(2_000)}1 1.5:${' '.repeat(2_000)}\n`.repeat(4_000);
    const file = Buffer.from(`${comment}${text('cpu-clock')}`);
    expect([...readPerf(file, { path: 'x', rateHz: null }).samples]).toHaveLength(1);
  });

  test('of two events, or with what is no frame, is refused', async () => {
    writeFileSync(at('in.txt'), text('cpu-clock') + text('page-faults'));
    const args = ['import', at('in.txt'), '--rate', '99', '-o', at('no.trace')];
    await fails(6, /samples of two events, cpu-clock and page-faults/, ...args);
    writeFileSync(at('in.txt'), text('cpu-clock', '\n\t what is this'));
    await fails(6, /line 4 is no frame: "what is this"/, ...args);
  });
});

test('zstd inflates to no more than it may, and asks for no more memory than that', () => {
  const file = readFileSync(profileFile('cpython-packed.bin'));
  const packed = file.subarray(64, Number(file.readBigUInt64LE(40)));
  const whole = inflateZstd(packed, 'x', 1 << 20);
  const plain = readFileSync(profileFile('cpython-plain.bin'));
  expect(Buffer.from(whole)).toEqual(plain.subarray(64, Number(plain.readBigUInt64LE(40))));
  expect(() => inflateZstd(packed, 'x', whole.length - 1)).toThrow(/x: it inflates to more than/);
  expect(() => inflateZstd(packed.subarray(0, -4), 'x', 1 << 20)).toThrow(/its zstd is damaged/);
  const greedy = Buffer.from(packed);
  greedy[4] = 0;
  greedy[5] = 0xf8;
  expect(() => inflateZstd(greedy, 'x', 1 << 20)).toThrow(/needs more memory than any profile does/);
});
