/** Names of traces: each is that of the very file, or refused. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseName, isChangedByWindows, nameFault } from '../../../src/format/files/database-name.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { runCli } from '../../commands/run-cli.js';
import { TraceBuilder } from '../trace-builder.js';

let directory: string;
let home: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-names-'));
  home = process.cwd();
  process.chdir(directory);
});
afterEach(() => {
  process.chdir(home);
  rmSync(directory, { recursive: true, force: true });
});

function record(path: string, ticks = 20): void {
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= ticks; tick++) trace.tick(tick * 10e6, [{ thread, stack }]);
  trace.end();
}

function samplesIn(path: string): number {
  const reader = TraceReader.open(path);
  try {
    return reader.counts().samples;
  } finally {
    reader.close();
  }
}

const blanks = [' ', '\t', '\n', '\r', '\v', '\f', '\u00a0', '\u2003', '\u2028', '\u3000', '\ufeff'];
const good = [
  ':memory:',
  'file:run.trace',
  'file:run.trace?mode=memory',
  'file:///etc/passwd?vfs=unix',
  '?',
  'a?b#c%41.trace',
  '--',
  '.hidden',
  ...blanks.map((blank) => `${blank}run.trace`),
  ...blanks.map((blank) => `run${blank}.trace`),
  'it\'s "quoted".trace',
  '[]{}*.trace',
  'x'.repeat(230),
];
const bad = ['', ...blanks.map((blank) => `run.trace${blank}`), ' ', 'bytes \ufffd.trace', 'x'.repeat(250)];

describe('a recording', () => {
  test.each(good.map((name) => [name]))('%j is written and read under this name', (name) => {
    if (name.includes('/')) return expect(() => record(name)).toThrow(/there is no directory/);
    record(name);
    expect(readdirSync('.')).toEqual([name]);
    expect(samplesIn(name)).toBe(20);
  });

  test.each(bad.map((name) => [name]))('%j is refused, and nothing is touched', (name) => {
    record('run.trace');
    const before = readFileSync('run.trace');
    expect(() => record(name, 30)).toThrow(expect.objectContaining({ kind: 'usage' }));
    expect(readdirSync('.')).toEqual(['run.trace']);
    expect(readFileSync('run.trace').equals(before)).toBe(true);
  });
});

test.each([0o600, 0o640, 0o400])('a file of mode %o that is replaced keeps it', async (mode) => {
  record('run.trace');
  writeFileSync('run.svg', '');
  for (const name of ['run.trace', 'run.svg']) chmodSync(name, mode);
  expect((await runCli('pack', 'run.trace', '-o', 'run.trace', '--force')).status).toBe(0);
  expect((await runCli('flame', 'run.trace', '-o', 'run.svg')).status).toBe(0);
  for (const name of ['run.trace', 'run.svg']) expect(statSync(name).mode & 0o777).toBe(mode);
});

test.each([...good, ...bad].map((name) => [name]))(
  'pack to %j writes this very file or refuses',
  async (name) => {
    record('source.trace');
    record('run.trace');
    const before = readFileSync('run.trace');
    const { status, stderr } = await runCli('pack', 'source.trace', `--output=${name}`, '--force');
    const names = readdirSync('.').filter((other) => !['source.trace', 'run.trace'].includes(other));
    expect(names).toEqual(status === 0 ? [name] : []);
    if (status !== 0) expect(stderr).toMatch(/^pyspy: .*\nhint: .*\n$/);
    expect(status).toBe(bad.includes(name) || name.includes('/') ? 2 : 0);
    expect(readFileSync('run.trace').equals(before)).toBe(true);
  },
);

describe('on Windows', () => {
  test.each([
    'C:\\x\\run.trace',
    'c:/x/run.trace',
    '\\\\server\\share\\run.trace',
    ' run',
    'console.trace',
    'a.b.c',
  ])('%j is a name', (name) => {
    expect(databaseName(name, win32)).toBe(win32.resolve(name));
  });

  const devices = ['C:\\x\\NUL', 'con', 'Lpt1.trace', 'aux.', 'nul .svg', 'CONOUT$', 'com\u00b9.svg'];
  test.each(['run.trace.', 'run.trace ', 'run.trace:stream', ...devices])('%j is none', (name) => {
    expect(databaseName(name, win32)).toBeNull();
    expect([isChangedByWindows(name, win32), isChangedByWindows(name, posix)]).toEqual([true, false]);
    expect(databaseName(name, posix)).toBe(name.endsWith(' ') ? null : posix.resolve(name));
    expect(nameFault(name)).toBe(
      name.endsWith(' ') ? 'the name ends in a blank' : 'Windows takes the name for another',
    );
  });

  test('a blank in front of a slash is at the end, too', () => {
    expect(nameFault('x /')).toBe('the name ends in a blank');
  });
});
