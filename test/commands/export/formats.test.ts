/** Every format says the same: sums by what was innermost are those of `top`, whatever is asked for. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exportFormatNames, exportFormatRow } from '../../../src/run/replay/export-formats.js';
import { runCli } from '../run-cli.js';
import { readers, type SumFormat, type Sums } from './readers.js';

let directory: string;
let trace: string;
const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-export-'));
  trace = at('run.trace');
  copyFileSync(fileURLToPath(new URL('../../golden/traces/v2-complete.trace', import.meta.url)), trace);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function exported(format: string, ...args: string[]): Promise<Buffer> {
  const { status, stderr } = await runCli('export', trace, '-f', format, '-o', at('out'), ...args);
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('wrote ') });
  return readFileSync(at('out'));
}

async function topSums(metric: 'wallNs' | 'cpuNs', ...args: string[]): Promise<Sums> {
  const { status, stdout } = await runCli('top', trace, '--json', '--limit', '0', ...args);
  expect(status).toBe(0);
  const sums: Sums = new Map();
  for (const row of JSON.parse(stdout).rows as { function: string; self_samples: number; self_s: number }[]) {
    const sum = sums.get(row.function) ?? { samples: 0, [metric]: 0 };
    sum.samples! += row.self_samples;
    sum[metric]! += row.self_s * 1e9;
    sums.set(row.function, sum);
  }
  return sums;
}

/** Formats round to a microsecond, or each of their many samples to a nanosecond. */
const roundingNs = 50_000;

function expectSame(actual: Sums, expected: Sums): void {
  const measures = (['samples', 'wallNs', 'cpuNs'] as const).filter(
    (measure) =>
      [...expected.values()].some((sum) => sum[measure] !== undefined) &&
      [...actual.values()].some((sum) => sum[measure] !== undefined),
  );
  expect(measures).not.toEqual([]);
  for (const measure of measures) {
    const rounding = measure === 'samples' ? 0 : roundingNs;
    const names = [...new Set([...actual.keys(), ...expected.keys()])].sort();
    const valueIn = (sums: Sums, name: string) => sums.get(name)?.[measure] ?? 0;
    const unequal = names
      .map((name) => ({ name, measure, actual: valueIn(actual, name), expected: valueIn(expected, name) }))
      .filter((row) => Math.abs(row.actual - row.expected) > rounding);
    expect(unequal).toEqual([]);
    expect(names.some((name) => valueIn(expected, name) > 10 * rounding)).toBe(true);
  }
}

const questions: Readonly<Record<string, readonly string[]>> = {
  'all that ran': [],
  'idle threads too': ['--idle'],
  'a window': ['--idle', '--from', '4.5s', '--to', '6.5s'],
  'one thread': ['--thread', 'MainThread'],
  'stacks through a function': ['--focus', 'parse', '--idle'],
  'all but some stacks': ['--exclude', '_descend', '--collapse-recursion', '--hide-importlib'],
  'code of one’s own': ['--mine', '--idle'],
  'samples with the GIL': ['--gil', '--torn', 'omit'],
  'CPU time': ['--cpu', '--idle'],
};

const sumFormats = exportFormatNames.filter((name): name is SumFormat => name !== 'html');

describe.each(sumFormats)('%s', (format) => {
  test.each(Object.entries(questions))('has the sums of top: %s', async (_, args) => {
    const measure = args.includes('--cpu') ? 'cpuNs' : 'wallNs';
    const sums = readers[format](await exported(format, '--names', ...args), measure);
    expectSame(sums, await topSums(measure, ...args));
  });
});

describe.each(exportFormatNames)('%s', (format) => {
  test('is the same on stdout', async () => {
    const bytes = await exported(format);
    const chunks: Buffer[] = [];
    const write = process.stdout.write;
    process.stdout.write = ((chunk: string | Uint8Array) => {
      chunks.push(Buffer.from(chunk as Uint8Array));
      return true;
    }) as typeof write;
    let status: number;
    try {
      const { run } = await import('../../../src/cli.js');
      status = await run(['node', 'pyspy', 'export', trace, '-f', format, '-o', '-']);
    } finally {
      process.stdout.write = write;
    }
    expect(status).toBe(0);
    const calm = exportFormatRow(format).content === 'json';
    const sent = Buffer.concat(chunks);
    // JSON on stdout has escapes where a file has signs that a terminal obeys.
    if (calm) expect(parsed(format, sent)).toEqual(parsed(format, bytes));
    else expect(sent.equals(bytes)).toBe(true);
  });
});

function parsed(format: string, bytes: Buffer): unknown {
  const text = bytes.toString();
  return format === 'jsonl'
    ? text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
}

describe('wall and CPU time together', () => {
  test.each(['pprof', 'jsonl', 'otlp'] as const)('%s', async (format) => {
    const sums = readers[format](await exported(format, '--names', '--idle'), 'wallNs');
    expectSame(
      new Map([...sums].map(([name, { cpuNs }]) => [name, { cpuNs: cpuNs! }])),
      await topSums('cpuNs', '--cpu', '--idle'),
    );
  });
});

describe('a terminal', () => {
  afterEach(() => Reflect.deleteProperty(process.stdout, 'isTTY'));

  test.each(exportFormatNames.filter((name) => exportFormatRow(name).content === 'bytes'))(
    'is sent no %s',
    async (format) => {
      Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
      const { status, stdout, stderr } = await runCli('export', trace, '-f', format);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/is no text that a terminal could show\nhint: Name a file: -o FILE/);
    },
  );
});

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

test.skipIf(!has('go'))('go tool pprof shows the same (needs go)', async () => {
  await exported('pprof', '--idle');
  const run = (index: string) =>
    spawnSync('go', ['tool', 'pprof', '-raw', `-sample_index=${index}`, at('out')], { encoding: 'utf8' });
  const { stdout, stderr } = run('wall');
  expect(stdout, stderr).toMatch(/^PeriodType: wall nanoseconds\nPeriod: 10000000\n/m);
  expect(stdout).toContain('samples/count wall/nanoseconds[dflt] cpu/nanoseconds');
  expect(stdout).toContain('thread:[MainThread]');
  const samples = [...stdout.matchAll(/^ +(\d+) +(\d+) +(\d+): /gm)];
  expect(samples.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(3_300);
  expect(samples.reduce((sum, [, , ns]) => sum + Number(ns), 0)).toBe(32_939_000_000);
});

test.skipIf(!has('python3'))("Python's pstats reads it (needs python3)", async () => {
  await exported('pstats', '--idle');
  const code = `import pstats, json, sys
stats = pstats.Stats(sys.argv[1])
print(json.dumps([stats.total_tt, [[f[2], v[0], v[2], v[3], sorted(c[2] for c in v[4])] for f, v in stats.stats.items()]]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', code, at('out')], { encoding: 'utf8' });
  const [total, rows] = JSON.parse(stdout || `"${stderr}"`) as [
    number,
    [string, number, number, number, string[]][],
  ];
  expect(total).toBeCloseTo(32.939, 6);
  const { stdout: top } = await runCli('top', trace, '--json', '--limit', '0', '--idle');
  const expected = JSON.parse(top).rows as { function: string; total_samples: number; total_s: number }[];
  for (const { function: name, total_samples, total_s } of expected) {
    const row = rows.find(([own, samples]) => own === name && samples === total_samples);
    expect(row?.[3], name).toBeCloseTo(total_s, 5);
  }
  expect(rows.find(([name]) => name === 'JSONDecoder.decode')?.[4]).toEqual(['Parser.parse', 'Server.serve']);
});

test.skipIf(!has('callgrind_annotate'))('callgrind_annotate reads it (needs valgrind)', async () => {
  await exported('callgrind', '--idle');
  const { stdout, stderr } = spawnSync(
    'callgrind_annotate',
    ['--auto=no', '--threshold=100', '--show-percs=no', at('out')],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).toMatch(/^Events recorded: +Wall Samples$/m);
  expect(stdout).toMatch(/^32,939,000,000 +3,300 +PROGRAM TOTALS$/m);
  expect(stdout).toMatch(/^15,799,000,000 +1,580 .*threading\.py:Condition\.wait/m);
});

test('callgrind has lines of callers and callees, and with --names neither', async () => {
  expect((await exported('callgrind', '--idle')).toString()).toMatch(/^calls=552 12\n44 \d+ 552$/m);
  const names = (await exported('callgrind', '--idle', '--names')).toString();
  expect(names).toMatch(/^calls=552 0\n0 \d+ 552$/m);
  expect(names).not.toMatch(/^(?:fl|cfi)=.*\.py/m);
});

test('chrome has marks, gaps, names of threads and processes, and CPU time by process', async () => {
  await runCli('mark', trace, 'deployed', '--at', '2s');
  const { traceEvents } = JSON.parse((await exported('chrome')).toString());
  const pick = (ph: string) => traceEvents.filter((event: { ph: string }) => event.ph === ph);
  expect(pick('i')).toEqual([{ ph: 'i', pid: 0, tid: 0, ts: 2e6, name: 'deployed', s: 'g' }]);
  expect(pick('X')).toEqual([
    { ph: 'X', cat: 'gap', pid: 0, tid: 0, ts: 5e6, dur: 1e6, name: 'gap: the machine slept' },
  ]);
  expect(pick('M')).toContainEqual({
    ...{ ph: 'M', pid: 1001, tid: 1001, name: 'thread_name' },
    args: { name: 'MainThread' },
  });
  const counters = pick('C') as { pid: number; args: { percent: number } }[];
  expect(counters.length).toBeGreaterThan(100);
  expect(counters.every(({ args }) => args.percent >= 0)).toBe(true);
});

describe('html', () => {
  test('is the page of report', async () => {
    const window = ['--from', '2s', '--to', '4s'];
    const page = await exported('html', ...window);
    expect((await runCli('report', trace, '-o', at('report.html'), ...window)).status).toBe(0);
    expect(page.equals(readFileSync(at('report.html')))).toBe(true);
  });

  test('takes no filter: they are chosen on the page', async () => {
    const { status, stderr } = await runCli('export', trace, '-f', 'html', '--idle', '--gil');
    expect(status).toBe(2);
    expect(stderr).toBe(
      'pyspy: html has all samples of a window, and no filter: holding the GIL, idle threads included\n' +
        'hint: Give only --from and --to, and choose the rest on the page.\n',
    );
  });
});

test('the manual has every format', () => {
  const manual = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const section = manual.slice(manual.indexOf('\n## export\n'), manual.indexOf('\n## push\n'));
  const listed = [...section.matchAll(/^\| `([a-z][\w-]*)` \| (.*?) \|/gm)].map(([, name]) => name);
  expect(listed.filter((name) => name !== undefined)).toEqual([...exportFormatNames]);
});
