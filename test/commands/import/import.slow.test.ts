/** Profiles of others as traces: their sums are those of what was imported, and what they do not have is not made up. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { Label, Profile } from 'pprof-format';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSchema } from '../../../src/format/database/schema.js';
import { inflateFile } from '../../../src/format/encodings/inflate.js';
import { unknownJitter } from '../../../src/format/recording-info.js';
import { Recording } from '../../../src/render/figures/recording.js';
import { exportFormatNames } from '../../../src/run/replay/export-formats.js';
import { type ImportFormat, importFormatNames } from '../../../src/run/traces/import-formats.js';
import { createRandom } from '../../format/random.js';
import { runCli } from '../run-cli.js';
import { expectSchema } from '../schemas.js';
import { fails, profileFile, type Row, topOf, well } from './imported.js';

let directory: string;
let trace: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-import-'));
  trace = at('run.trace');
  copyFileSync(fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url)), trace);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  for (const name of readdirSync(directory)) if (name !== 'run.trace') rmSync(at(name));
});

/** What of the sums each format keeps. */
const kept: Readonly<Record<string, readonly (keyof Row)[]>> = {
  folded: ['self_samples'],
  speedscope: ['self_s', 'total_s'],
  pprof: ['self_samples', 'self_s', 'total_s'],
  gecko: ['self_s', 'total_s'],
  chrome: ['self_s', 'total_s'],
  pstats: ['self_s'],
};

/** Of a format without whole stacks, functions without time of their own are not kept, and a marker stands for callers. */
function ownRows(rows: ReadonlyMap<string, Row>): Map<string, Row> {
  return new Map([...rows].filter(([name, row]) => row.self_s > 0 && name !== '<callers not known>'));
}

/** Those that say when samples were. */
const timed: readonly string[] = ['speedscope', 'gecko', 'chrome'];

/** Those that pyspy writes, too. */
const both = importFormatNames.filter((name) => (exportFormatNames as readonly string[]).includes(name));

describe.each(both)('%s, exported and imported', (format) => {
  const rate = format === 'folded' ? ['--rate', '100'] : [];

  test.each([
    ['all that ran', []],
    ['idle threads too', ['--idle']],
    ['a window', ['--idle', '--from', '4.5s', '--to', '6.5s']],
    ['stacks through a function', ['--idle', '--focus', 'parse']],
  ])('has the same sums: %s', async (_, args) => {
    await well('export', trace, '-f', format, '-o', at('out'), '--function', ...args);
    await well('import', at('out'), '-o', at('back.trace'), ...rate);
    const all = [await topOf(trace, ...args), await topOf(at('back.trace'))];
    const [before, after] = (
      kept[format]!.includes('total_s') || format === 'folded' ? all : all.map(ownRows)
    ) as [Map<string, Row>, Map<string, Row>];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, row] of before)
      for (const measure of kept[format]!)
        expect(Math.abs(after.get(name)![measure] - row[measure]), `${name} ${measure}`).toBeLessThan(5e-6);
    expect(await well('verify', at('back.trace'))).toContain('back.trace: valid');
  });

  test('is found out, says where it comes from, and keeps to its schemas', async () => {
    await well('export', trace, '-f', format, '-o', at('out'));
    const { stderr } = await runCli('import', at('out'), '-o', at('back.trace'), ...rate);
    expect(stderr.includes('no times of samples')).toBe(!timed.includes(format));
    const info = await well('info', at('back.trace'));
    expect(info).toContain(`(import of ${format}), as pyspy import ${at('out')} --format ${format}`);
    const duration = timed.includes(format) ? String.raw`\d+\.\d+s` : 'not known: samples have no times';
    expect(info).toMatch(new RegExp(`^duration {3}${duration}\nrate {7}not known$`, 'm'));
    expect(info).toMatch(/^host {7}not known$/m);
    const told = JSON.parse(await well('info', at('back.trace'), '--json'));
    expectSchema('info', told);
    expect(told.recordings).toMatchObject([{ jitter: unknownJitter }]);
    expect(readSchema('info.schema.json')).toContain(
      `; ${unknownJitter} (this is no recording, but was imported)`,
    );
    expect(await well('top', at('back.trace'))).toMatch(/not known which/);
  });

  test.skipIf(!timed.includes(format))('has its samples where they were', async () => {
    await well('export', trace, '-f', format, '-o', at('out'), '--function', '--idle');
    await well('import', at('out'), '-o', at('back.trace'), ...rate);
    for (const window of [
      ['0s', '2s'],
      ['4.5s', '6.5s'],
      ['50%', '60%'],
    ] as const) {
      const args = ['--idle', '--from', window[0], '--to', window[1]];
      const [before, after] = [await topOf(trace, ...args), await topOf(at('back.trace'), ...args)];
      // A tick or two of each thread at the edges, and time zero is the first sample.
      for (const [name, row] of before)
        expect(Math.abs((after.get(name)?.self_s ?? 0) - row.self_s), `${window} ${name}`).toBeLessThan(0.15);
    }
    await well('cut', at('back.trace'), '--from', '2s', '--to', '4s', '-o', at('cut.trace'));
    expect(await well('verify', at('cut.trace'))).toContain('cut.trace: valid');
    const [whole, cut] = [
      await topOf(at('back.trace'), '--idle', '--from', '2s', '--to', '4s'),
      await topOf(at('cut.trace'), '--idle'),
    ];
    expect([...cut.keys()].sort()).toEqual([...whole.keys()].sort());
    for (const [name, row] of whole) expect(cut.get(name)!.self_s, name).toBeCloseTo(row.self_s, 6);
    // A time line can be drawn of it, and goes round unchanged.
    await well('export', at('back.trace'), '-f', format, '-o', at('again'), '--function', '--idle');
    await well('import', at('again'), '-o', at('twice.trace'));
    const [once, twice] = [await topOf(at('back.trace')), await topOf(at('twice.trace'))];
    for (const [name, row] of once) expect(twice.get(name)!.self_s, name).toBeCloseTo(row.self_s, 5);
    await well('report', at('back.trace'), '-o', at('page.html'));
    await fails(3, /how its moments were chosen is not known/, 'diff', at('back.trace'), at('back.trace'));
  });

  test('packed has the same sums', async () => {
    await well('export', trace, '-f', format, '-o', at('out'), '--idle');
    await well('import', at('out'), '-o', at('a.trace'), ...rate);
    await well('pack', at('a.trace'), '-o', at('packed.trace'));
    const [once, packed] = [await topOf(at('a.trace')), await topOf(at('packed.trace'))];
    expect([...packed.keys()]).toEqual([...once.keys()]);
    for (const [name, row] of once) {
      expect(packed.get(name)!.self_samples).toBe(row.self_samples);
      expect(Math.abs(packed.get(name)!.self_s - row.self_s)).toBeLessThan(100e-6);
    }
  });
});

test('pprof keeps CPU time, threads, processes, the time of day, and goes round unchanged', async () => {
  await well('export', trace, '-f', 'pprof', '-o', at('out'), '--idle');
  await well('import', at('out'), '-o', at('back.trace'));
  const cpu = [await topOf(trace, '--idle', '--cpu'), await topOf(at('back.trace'), '--cpu')] as const;
  for (const [name, row] of cpu[0])
    expect(Math.abs((cpu[1].get(name)?.self_s ?? 0) - row.self_s), name).toBeLessThan(20e-6);
  const info = JSON.parse(await well('info', at('back.trace'), '--json'));
  expect(info.recordings[0].started).toBe('2024-05-01T10:00:00.123Z');
  expect(info.processes).toMatchObject([{ pid: 1001, python: '3.12.1' }]);
  expect(info.threads.map(({ name }: { name: string }) => name)).toContain('worker-0');
  await well('export', at('back.trace'), '-f', 'pprof', '-o', at('again'));
  const sorted = (file: string) => {
    const { sample, stringTable } = Profile.decode(gunzipSync(readFileSync(at(file))));
    return sample.map(({ value, label }) => [
      value.map(Number),
      label.map(({ key, str, num }) => [
        stringTable.strings[Number(key)],
        Number(str) ? stringTable.strings[Number(str)] : Number(num),
      ]),
    ]);
  };
  const values = (file: string) => sorted(file).map(([numbers]) => (numbers as number[]).slice(0, 2));
  expect(values('again')).toEqual(values('out'));
});

test('pprof of others may have labels with large numbers, and samples of nothing', async () => {
  await well('export', trace, '-f', 'pprof', '-o', at('out'));
  const profile = Profile.decode(gunzipSync(readFileSync(at('out'))));
  const names = profile.sampleType.map(({ type }) => profile.stringTable.strings[Number(type)]);
  const kept = names.flatMap((name, column) => (name === 'cpu' ? [] : [column]));
  expect(kept).toHaveLength(names.length - 1);
  profile.sampleType = kept.map((column) => profile.sampleType[column]!);
  const key = profile.stringTable.dedup('span_id');
  for (const sample of profile.sample) {
    sample.value = kept.map((column) => sample.value[column]!);
    sample.label.push(new Label({ key, num: 2n ** 62n + 1n }));
  }
  const nothing = profile.sample[0]!;
  nothing.value = nothing.value.map(() => 0);
  writeFileSync(at('other'), profile.encode());
  await well('import', at('other'), '-o', at('other.trace'));
  const info = JSON.parse(await well('info', at('other.trace'), '--json'));
  const counted = profile.sample.reduce((sum, { value }) => sum + Number(value[0]), 0);
  expect(info.samples).toBe(counted);
});

describe('what is not known', () => {
  beforeEach(async () => {
    writeFileSync(at('raw'), '# mode: wall\nmain (a.py:3);work (a.py:7) 70\nmain (a.py:3) 30\n');
    await well('import', at('raw'), '-o', at('raw.trace'), '--rate', '100');
  });

  test('has sums of what is', async () => {
    const rows = await topOf(at('raw.trace'));
    expect(rows.get('work')).toEqual({ self_samples: 70, self_s: 0.7, total_s: 0.7 });
    expect(rows.get('main')).toEqual({ self_samples: 30, self_s: 0.3, total_s: 1 });
    const info = await well('info', at('raw.trace'));
    expect(info).toMatch(/^recorded {3}at a time not known by pyspy .* \(import of folded\)/m);
    expect(info).toMatch(/^process {4}not known: not known\npython {5}not known$/m);
    expect(await well('top', at('raw.trace'))).toMatch(/raw\.trace: a program that is not known\n/);
  });

  test.each([
    ['a window', /--from has no meaning: .*raw\.trace was imported/, ['top', 'raw.trace', '--from', '10%']],
    ['a moment', /--at has no meaning/, ['dump', 'raw.trace', '--at', '0s']],
    ['a part', /--to has no meaning/, ['cut', 'raw.trace', '--to', '50%', '-o', 'part.trace']],
    ['a time line', /chrome needs times of samples/, ['export', 'raw.trace', '-f', 'chrome']],
    ['a page', /without times of samples, which a page draws/, ['report', 'raw.trace', '-o', '-']],
    [
      'a page that is served',
      /without times of samples, which a page draws/,
      ['view', 'raw.trace', '--no-open'],
    ],
    ['samples with times', /jsonl needs times/, ['export', 'raw.trace', '-f', 'jsonl']],
  ])('is not shown as if it was: %s', async (_, message, [command, ...args]) => {
    const paths = args.map((arg) => (arg.endsWith('.trace') ? at(arg) : arg));
    await fails(2, message, command!, ...paths);
  });

  test('is no ground for a verdict', async () => {
    await fails(3, /was imported without times of samples/, 'diff', at('raw.trace'), at('raw.trace'));
    const forced = await runCli('diff', at('raw.trace'), at('raw.trace'), '--force', '--format', 'json');
    const result = JSON.parse(forced.stdout);
    expectSchema('diff', result);
    expect(result.obstacles.map(({ kind }: { kind: string }) => kind)).toContain('imported');
  });

  test('keeps nobody from drawing, asking, and putting two together', async () => {
    await well('flame', at('raw.trace'), '-o', at('raw.svg'));
    expect(readFileSync(at('raw.svg'), 'utf8')).toContain('work');
    expect(await well('sql', at('raw.trace'), 'SELECT sum(wall_s), max(cpu_s) FROM sample')).toMatch(
      / 1 *\n/,
    );
    await well('import', at('raw'), '-o', at('other.trace'), '--rate', '100');
    await well('merge', at('raw.trace'), at('other.trace'), '-o', at('both.trace'));
    expect((await topOf(at('both.trace'))).get('work')!.self_s).toBeCloseTo(1.4, 6);
    copyFileSync(at('raw.trace'), at('twin.trace'));
    const twins = ['merge', at('raw.trace'), at('twin.trace'), '-o', at('no.trace')];
    await fails(2, /hold the same recording, which would count twice/, ...twins);
  });

  test('of counts alone is the time that one stands for', async () => {
    await fails(2, /has counts and no times\nhint: Say how many/, 'import', at('raw'), '-o', at('b.trace'));
    await fails(2, /must be a number above 0/, 'import', at('raw'), '--rate', '0', '-o', at('b.trace'));
    expect(existsSync(at('b.trace'))).toBe(false);
  });

  test('is left out of exports', async () => {
    await well('export', at('raw.trace'), '-f', 'pprof', '-o', at('out'));
    const profile = Profile.decode(gunzipSync(readFileSync(at('out'))));
    const types = profile.sampleType.map(({ type }) => profile.stringTable.strings[Number(type)]);
    expect(types).toEqual(['samples', 'wall']);
    expect([Number(profile.timeNanos), Number(profile.durationNanos)]).toEqual([0, 0]);
  });
});

/** As Austin 3.7 writes it. */
const austinText = `# austin: 3.7.0
# interval: 10000
# mode: wall

P77;T0:78;/tmp/w.py:<module>:9;/tmp/w.py:work:3 10066
P77;T0:78;/tmp/w.py:<module>:9;/tmp/w.py:work:4 9934
P77;T0:79;/usr/lib/threading.py:Thread.run:953;:GC: 5000,1,-4096
# duration: 1924516
`;

test('text of Austin has microseconds, processes, threads and lines', async () => {
  writeFileSync(at('out'), austinText);
  await well('import', at('out'), '-o', at('a.trace'));
  const rows = await topOf(at('a.trace'));
  expect(rows.get('work')).toEqual({ self_samples: 2, self_s: 0.02, total_s: 0.02 });
  expect(rows.has(':GC:')).toBe(false);
  const all = await topOf(at('a.trace'), '--idle');
  expect(all.get(':GC:')!.self_s).toBeCloseTo(0.005, 6);
  const info = JSON.parse(await well('info', at('a.trace'), '--json'));
  expect(info.threads).toMatchObject([
    { pid: 77, os_thread_id: 78 },
    { pid: 77, os_thread_id: 79 },
  ]);
  writeFileSync(at('memory'), austinText.replace('mode: wall', 'mode: memory'));
  await fails(6, /it is about memory, not about time/, 'import', at('memory'), '-o', at('b.trace'));
});

test('collapsed stacks of CPython have threads, files and lines', async () => {
  writeFileSync(at('out'), 'tid:12;app.py:<module>:9;app.py:work:3 7\ntid:13;<frozen os>:walk:3 3\n');
  await well('import', at('out'), '-o', at('a.trace'), '--rate', '1000');
  const { stdout } = await runCli('top', at('a.trace'), '--by', 'line', '--thread', 'Thread 12');
  expect(stdout).toMatch(/work +app\.py:3\n/);
  expect((await topOf(at('a.trace'))).get('walk')!.self_s).toBeCloseTo(0.003, 6);
});

test('slices of trace events may be whole or have ends of their own', async () => {
  const event = (ph: string, ts: number, more = {}) => ({ ph, pid: 1, tid: 2, ts, ...more });
  const traceEvents = [
    { ph: 'M', pid: 1, tid: 2, name: 'thread_name', args: { name: 'loop' } },
    event('B', 0, { name: 'main', args: { filename: 'a.py', line: 3 } }),
    event('X', 2_000, { name: 'inner', dur: 3_000 }),
    event('X', 2_000, { name: 'outer', dur: 5_000 }),
    event('C', 2_500, { name: 'CPU', args: { percent: 3 } }),
    event('E', 10_000),
    event('B', 20_000, { name: 'endless' }),
  ];
  writeFileSync(at('in.json'), JSON.stringify(traceEvents));
  await well('import', at('in.json'), '-o', at('in.trace'));
  const self = [...(await topOf(at('in.trace')))].map(([name, { self_s, total_s }]) => [
    name,
    self_s,
    total_s,
  ]);
  expect(self.sort()).toEqual([
    ['inner', 0.003, 0.003],
    ['main', 0.005, 0.01],
    ['outer', 0.002, 0.005],
  ]);
});

test('what has no date has no time of day, and none is made up', async () => {
  await well('export', trace, '-f', 'chrome', '-o', at('out'));
  await well('import', at('out'), '-o', at('a.trace'));
  const message = /is a time of day, and .*a\.trace was imported without a date\nhint: Count from/;
  for (const time of ['T10:00:01', '2024-05-01', '10:00:01Z']) {
    await fails(2, message, 'top', at('a.trace'), '--from', time);
    await fails(2, message, 'dump', at('a.trace'), '--at', time);
  }
  await fails(2, /covers 0s to [\d.]+s\.\n$/, 'top', at('a.trace'), '--from', '100s');
  const { recordings } = JSON.parse(await well('info', at('a.trace'), '--json'));
  expect(recordings[0].started).toBe(null);
  expect(await well('info', at('a.trace'))).toContain('at a time not known');
  expect(
    JSON.parse(await well('sql', at('a.trace'), 'SELECT started FROM recording', '--json')).rows,
  ).toEqual([{ started: null }]);
  await well('report', at('a.trace'), '-o', at('page.html'));
  const [, data = ''] = /id="data">([^<]*)</.exec(readFileSync(at('page.html'), 'utf8'))!;
  const { head } = new Recording(inflateRawSync(Buffer.from(data, 'base64')));
  expect(head.facts).toContain('recorded at a time not known');
});

test('profiles of the Firefox Profiler are read in older and newer versions', async () => {
  const table = { length: 2, frame: [0, 1] };
  const tables = {
    frameTable: { length: 2, func: [0, 1], line: [9, null] },
    stringArray: ['main', 'work', 'a.py'],
  };
  const functions = { length: 2, name: [0, 1], lineNumber: [3, 5] };
  const samples = { length: 3, stack: [1, null, 0], time: [0, 1, 2], weight: null, weightType: 'samples' };
  const old = {
    meta: { interval: 2, startTime: 0, preprocessedProfileVersion: 44 },
    threads: [
      {
        ...{ name: 'one', pid: 5, tid: 6, samples, ...tables },
        ...{ stackTable: { ...table, prefix: [null, 0] }, funcTable: { ...functions, fileName: [2, 2] } },
      },
    ],
  };
  const shared = {
    ...{ ...tables, stackTable: { ...table, prefixOffset: [0, 1] } },
    ...{ funcTable: { ...functions, source: [0, null] }, sources: { filename: [2] } },
  };
  const threads = [{ name: 'one', pid: '5', tid: 6, samples }];
  const recent = { meta: { ...old.meta, preprocessedProfileVersion: 70 }, threads, shared };
  for (const profile of [old, recent]) {
    writeFileSync(at('in.json'), JSON.stringify(profile));
    await well('import', at('in.json'), '-o', at('in.trace'), '--force');
    const rows = await topOf(at('in.trace'));
    expect(rows.get('work')).toEqual({ self_samples: 1, self_s: 0.002, total_s: 0.002 });
    expect(rows.get('main')).toEqual({ self_samples: 1, self_s: 0.002, total_s: 0.004 });
    expect(await well('top', at('in.trace'))).toMatch(/main +a\.py:3/);
  }
  writeFileSync(
    at('loop.json'),
    JSON.stringify({ ...recent, shared: { ...shared, stackTable: { ...table, prefix: [1, 0] } } }),
  );
  await fails(6, /a caller of it does not come first/, 'import', at('loop.json'), '-o', at('loop.trace'));
  writeFileSync(at('raw.json'), JSON.stringify({ meta: { interval: 1 }, threads: [] }));
  await fails(6, /it is raw; the Firefox Profiler saves/, 'import', at('raw.json'), '-o', at('loop.trace'));
});

test('evented profiles of speedscope have the time between events', async () => {
  const profile = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: [{ name: 'main' }, { name: 'work', file: 'a.py', line: 7 }] },
    profiles: [
      {
        ...{ type: 'evented', name: 'one', unit: 'milliseconds', startValue: 5, endValue: 30 },
        events: [
          { type: 'O', at: 5, frame: 0 },
          { type: 'O', at: 10, frame: 1 },
          { type: 'C', at: 25, frame: 1 },
          { type: 'C', at: 30, frame: 0 },
        ],
      },
    ],
  };
  writeFileSync(at('in.json'), JSON.stringify(profile));
  await well('import', at('in.json'), '-o', at('in.trace'));
  const rows = await topOf(at('in.trace'));
  expect(rows.get('work')!.self_s).toBeCloseTo(0.015, 6);
  expect(rows.get('main')!.self_s).toBeCloseTo(0.01, 6);
});

describe('a file', () => {
  test.each([
    ['that is not there', /cannot read .*: there is no such file/, null],
    ['with nothing in it', /its format is not known\nhint: Say with --format/, ''],
    ['of text', /its format is not known/, 'Dear all,\nplease find attached.\n'],
    ['that is a trace', /it is a database\nhint: Traces of pyspy need no import/, 'trace'],
    ['of memory', /it is about bytes, not about time/, speedscopeOf({ unit: 'bytes' })],
    ['with frames that are not listed', /a frame that is not listed/, speedscopeOf({ samples: [[7]] })],
    ['with more stacks than weights', /not a weight for each/, speedscopeOf({ weights: [] })],
    ['with no samples', /there is no sample in it/, speedscopeOf({ samples: [], weights: [] })],
    ['of more samples than anyone takes', /over 10000000 samples/, 'a;b 99999999999\n'],
    ['with a broken line', /line 2 is no stack with a count behind it: "b c"/, 'a 1\nb c\n'],
    ['that is cut', /it is no JSON/, speedscopeOf({}).slice(0, -40)],
  ])('%s is refused, and nothing is left', async (_, message, content) => {
    if (content === 'trace') copyFileSync(trace, at('in'));
    else if (content !== null) writeFileSync(at('in'), content);
    await fails(6, message, 'import', at('in'), '-o', at('in.trace'), '--rate', '1000');
    expect(readdirSync(directory).filter((name) => name !== 'run.trace' && name !== 'in')).toEqual([]);
  });

  test('is not written over, but with --force', async () => {
    writeFileSync(at('in'), 'a 1\n');
    const args = ['import', at('in'), '-o', at('in.trace'), '--rate', '100'];
    await well(...args);
    await fails(2, /exists already/, ...args);
    await well(...args, '--force');
  });

  test('that inflates without end is not inflated', () => {
    const bomb = gzipSync(Buffer.alloc(1 << 22));
    expect(inflateFile(bomb, 'x', 1 << 22)).toHaveLength(1 << 22);
    expect(() => inflateFile(bomb, 'x', (1 << 22) - 1)).toThrow(/x: it inflates to more than 4194303 bytes/);
    expect(() => inflateFile(bomb.subarray(0, 100), 'x', 1 << 22)).toThrow(/its gzip is damaged/);
  });
});

function speedscopeOf(profile: object): string {
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: [{ name: 'main' }] },
    profiles: [
      {
        ...{ type: 'sampled', name: '', unit: 'seconds', startValue: 0, endValue: 1 },
        ...{ samples: [[0]], weights: [1], ...profile },
      },
    ],
  });
}

/** With another number instead of the first one behind a place. */
function withOtherNumber(bytes: Buffer, place: number, number: number): Buffer<ArrayBuffer> {
  const text = bytes.toString('latin1');
  const end = text.slice(place).replace(/\d+/, String(number));
  return Buffer.from(text.slice(0, place) + end, 'latin1');
}

/** Files of formats that pyspy does not write. */
const fixtures: Partial<Record<ImportFormat, string>> = {
  mojo: 'shop.mojo',
  cpython: 'cpython-plain.bin',
  'cpython-jsonl': 'cpython.jsonl',
  perf: 'perf-script.txt',
};

describe.each(importFormatNames)('a damaged %s', (format) => {
  test('is imported into a valid trace, or refused in words', async () => {
    const fixture = fixtures[format];
    if (format === 'austin') writeFileSync(at('whole'), austinText);
    else if (fixture !== undefined) copyFileSync(profileFile(fixture), at('whole'));
    else await well('export', trace, '-f', format, '-o', at('whole'), '--to', '2s');
    const file = readFileSync(at('whole'));
    const whole = file[0] === 0x1f ? gunzipSync(file) : file;
    const random = createRandom(20_260_801);
    const below = (limit: number) => Math.floor(random() * limit);
    const seen = new Set<number>();
    for (let round = 0; round < 80; round++) {
      let bytes = Buffer.from(whole);
      for (let changes = 1 + below(4); changes > 0; changes--) {
        const place = below(bytes.length);
        const kind = below(5);
        if (kind === 0) bytes[place] = below(256);
        else if (kind === 1) bytes = bytes.subarray(0, place + 1);
        else if (kind === 4) bytes = withOtherNumber(bytes, place, below(300));
        else if (kind === 2) bytes.write(String(below(2) ? 2 ** 53 : -1), place);
        else bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(below(bytes.length))]);
      }
      writeFileSync(at('in'), bytes);
      const { status, stderr } = await runCli(
        ...['import', at('in'), '--format', format, '-o', at('in.trace'), '--rate', '100', '--force'],
      );
      // Neither an internal error nor anything else: damage, or a rate that is needed.
      expect([0, 2, 6], stderr).toContain(status);
      seen.add(status);
      expect(existsSync(at('in.trace'))).toBe(status === 0);
      rmSync(at('in.trace'), { force: true });
    }
    expect(seen).toContain(0);
    expect(seen).toContain(6);
  });
});

test('the manual has every format', () => {
  const manual = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const section = manual.slice(manual.indexOf('\n## import\n'), manual.indexOf('\n## info\n'));
  const listed = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(listed).toEqual([...importFormatNames]);
});
