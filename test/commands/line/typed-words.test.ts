/** What people type, and what is understood. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createProgram } from '../../../src/cli.js';
import { toCommandWords } from '../../../src/commands/line/typed-words.js';

const program = createProgram();
const understood = async (typed: string) => (await toCommandWords(program, typed.split(' '))).join(' ');
const before = process.cwd();
afterEach(() => process.chdir(before));

test.each([
  ['1234', 'top --pid 1234'],
  ['1234 --rate 50', 'top --pid 1234 --rate 50'],
  ['--pid 1234', 'top --pid 1234'],
  ['-p1234', 'top --pid 1234'],
  ['--flame x.svg --pid 1234', 'flame --output x.svg --pid 1234'],
  ['-- python a.py 1234', 'top -- python a.py 1234'],
  ['--rate 20 -- python a.py', 'top --rate 20 -- python a.py'],
  ['record 1234', 'record --pid 1234'],
  ['record -o x.trace -d 10 1234 --subprocesses', 'record -o x.trace -d 10 --pid 1234 --subprocesses'],
  ['record -d 1234 --pid 1', 'record -d 1234 --pid 1'],
  ['record --duration=5 1234', 'record --duration=5 --pid 1234'],
  ['record python a.py 1234', 'record python a.py 1234'],
  ['record -- 1234', 'record -- 1234'],
  ['record -f raw -o x.txt --pid 1234', 'record --format raw -o x.txt --pid 1234'],
  ['record -f -o x.trace --pid 1234', 'record -f -o x.trace --pid 1234'],
  ['top 1234', 'top --pid 1234'],
  ['top --by line 1234', 'top --by line --pid 1234'],
  ['flame 1234 -o x.svg', 'flame --pid 1234 -o x.svg'],
  ['dump 1234 --locals', 'dump --pid 1234 --locals'],
  ['dump run.trace --at 12', 'dump run.trace --at 12'],
  ['top run.trace --from 12', 'top run.trace --from 12'],
  ['info 1234', 'info 1234'],
  ['sql run.trace 1', 'sql run.trace 1'],
  ['--help', '--help'],
])('%s', async (typed, meant) => {
  expect(await understood(typed)).toBe(meant);
});

test('a file whose name is a number is a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-words-'));
  process.chdir(folder);
  writeFileSync('1234', '');
  expect(await understood('top 1234')).toBe('top 1234');
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

test('no words stay no words', async () => {
  expect(await toCommandWords(program, [])).toEqual([]);
});
