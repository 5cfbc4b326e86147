/**
 * Golden outputs: what every replay command prints and draws for the committed traces, byte for byte, and the same for
 * traces of every format version, up to what differs by nature. A missing, an orphan and a changed file all fail; what came
 * instead is left beside it (flame.svg: flame.actual.svg, ignored by git). PYSPY_UPDATE_GOLDEN=1 (npm run golden:update)
 * writes them: look at the diff.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './commands/run-cli.js';
import { expectSchema, type SchemaName } from './commands/schemas.js';
import { earlierTraces, goldenTraces, makeTrace } from './golden/make-traces.js';

const directory = fileURLToPath(new URL('golden/', import.meta.url));
const traces = join(directory, 'traces');
const isUpdate = process.env.PYSPY_UPDATE_GOLDEN === '1';

interface GoldenCase {
  readonly args: readonly string[];
  /** File in the working directory that is compared instead of stdout. */
  readonly output?: string;
  readonly schema?: SchemaName;
}

const newest = 'v2';
const complete = 'v2-complete.trace';
const pair = ['v2-before.trace', 'v2-after.trace'] as const;

const cases: Readonly<Record<string, GoldenCase>> = {
  'info.txt': { args: ['info', complete] },
  'info.json': { args: ['info', complete, '--json'], schema: 'info' },
  'info-crashed.txt': { args: ['info', 'v2-crashed.trace'] },
  'top.txt': { args: ['top', complete] },
  'top.json': { args: ['top', complete, '--json'], schema: 'top' },
  'top-line.txt': { args: ['top', complete, '--by', 'line', '--sort', 'total', '--limit', '10'] },
  'top-file.txt': { args: ['top', complete, '--by', 'file', '--idle'] },
  'top-thread.txt': { args: ['top', complete, '--by', 'thread', '--idle'] },
  'top-thread.json': { args: ['top', complete, '--by', 'thread', '--json'], schema: 'top' },
  'top-gil-cpu.txt': { args: ['top', complete, '--gil', '--cpu', '--from', '25%', '--to', '-2s'] },
  'top-renamed.txt': { args: ['top', complete, '--thread', 'order 17', '--idle', '--filter', 'wait|decode'] },
  'top-crashed.txt': { args: ['top', 'v2-crashed.trace', '--from', 'T10:00:01Z'] },
  'dump.txt': { args: ['dump', complete, '--at', '6.5s'] },
  'dump.json': { args: ['dump', complete, '--at', '5.5s', '--json'], schema: 'dump' },
  'diff.txt': { args: ['diff', ...pair] },
  'diff.json': { args: ['diff', ...pair, '--metric', 'wall', '--json'], schema: 'diff' },
  'diff-self.txt': {
    args: ['diff', ...pair, '--metric', 'wall', '--by', 'self', '--from', '1s', '--filter', 'lib/'],
  },
  'diff-old-python.txt': { args: ['diff', 'v2-crashed.trace', 'v2-after.trace', '--limit', '3', '--force'] },
  'diff-runs-work.txt': { args: ['diff', pair[0], pair[0], '--', ...pair, '--work', '40,30', '--force'] },
  'diff-windows.txt': {
    args: ['diff', complete, '--a-to', '4s', '--b-from', '6s', '--metric', 'cpu', '--limit', '5'],
  },
  'diff.md': { args: ['diff', ...pair, '--metric', 'wall', '--format', 'markdown', '--limit', '3'] },
  'diff.junit.xml': {
    args: ['diff', ...pair, '--metric', 'wall', '--format', 'junit=out.xml'],
    output: 'out.xml',
  },
  'diff.sarif': {
    args: ['diff', ...pair, '--metric', 'wall', '--format', 'sarif', '-o', 'out.sarif'],
    output: 'out.sarif',
    schema: 'sarif',
  },
  'diff.github.txt': { args: ['diff', ...pair, '--metric', 'wall', '--format', 'github'] },
  'diff.svg': { args: ['diff', ...pair, '--metric', 'wall', '--flame', 'out.svg'], output: 'out.svg' },
  'flame.svg': { args: ['flame', complete, '-o', 'out.svg'], output: 'out.svg' },
  'flame-window-threads.svg': {
    args: ['flame', complete, '--threads', '--idle', '--from', '6s', '--to', '9s', '-o', '-'],
  },
  'flame-inverted.svg': { args: ['flame', complete, '--inverted', '--lines', '--cpu', '-o', '-'] },
  'export.folded': { args: ['export', complete, '--format', 'folded'] },
  'export-function-threads.folded': {
    args: ['export', complete, '-f', 'folded', '--function', '--threads', '--idle'],
  },
  'export-names.folded': { args: ['export', complete, '--format', 'folded', '--names', '--cpu'] },
  'export.speedscope.json': {
    args: ['export', complete, '--format', 'speedscope', '--from', '4.5s', '--to', '6.5s', '-o', 'out.json'],
    output: 'out.json',
    schema: 'speedscope',
  },
};

/** The cases of an earlier version: what says how large a file is and which format it has gets files of its own. */
const earlierCases = Object.entries(cases).map(([name, golden]): [string, GoldenCase] => [
  name.startsWith('info') ? name.replace('info', 'info-v1') : name,
  { ...golden, args: golden.args.map((arg) => arg.replace(newest, 'v1')) },
]);

let work: string;
const home = process.cwd();

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pyspy-golden-'));
  if (isUpdate)
    for (const name of Object.keys(goldenTraces))
      if (!existsSync(join(traces, name))) makeTrace(traces, name);
  for (const name of readdirSync(traces)) {
    copyFileSync(join(traces, name), join(work, name));
    // A fresh checkout is no sign that somebody is still recording.
    utimesSync(join(work, name), new Date('2024-05-01'), new Date('2024-05-01'));
  }
  process.chdir(work);
});

afterAll(() => {
  process.chdir(home);
  rmSync(work, { recursive: true, force: true });
});

test('the committed traces are those that the tests are about', () => {
  expect(readdirSync(traces).sort()).toEqual([...earlierTraces, ...Object.keys(goldenTraces)].sort());
});

test('every golden file belongs to a case', () => {
  const found = readdirSync(directory).filter(
    (name) => name !== 'traces' && name !== 'make-traces.ts' && !name.includes('.actual.'),
  );
  const known = new Set([...Object.keys(cases), ...earlierCases.map(([name]) => name)]);
  if (isUpdate) for (const name of found) if (!known.has(name)) rmSync(join(directory, name));
  expect(found.filter((name) => !known.has(name))).toEqual([]);
});

describe.sequential.each([
  ['the newest', newest, Object.entries(cases)],
  ['version 1', 'v1', earlierCases],
] as const)('golden outputs of %s', (_, version, list) => {
  for (const [name, { args, output, schema }] of list) {
    test(name, async () => {
      const { status, stdout, stderr } = await runCli(...args);
      // Formats of other viewers have no place for what is torn: export says it beside them.
      const rest = stderr.replace(/^\d+ of \d+ samples are torn: .*\n/m, '');
      expect({ status, stderr: rest }).toEqual({
        status: 0,
        stderr: output === undefined ? '' : `wrote ${output}\n`,
      });
      // One golden file serves all versions: what is shown must not depend on how it was stored.
      const named = output === undefined ? stdout : readFileSync(output, 'utf8');
      const actual = name.startsWith('info') ? named : named.replaceAll(`${version}-`, `${newest}-`);
      if (schema !== undefined) expectSchema(schema, JSON.parse(actual));
      const golden = join(directory, name);
      if (isUpdate && (version === newest || name.startsWith('info'))) writeFileSync(golden, actual);
      const unequal = join(directory, actualName(name, version));
      writeFileSync(unequal, actual);
      if (!existsSync(golden)) expect.fail(`test/golden/${name} is missing: npm run golden:update makes it`);
      if (name.endsWith('.svg')) {
        // A diff of pictures helps nobody; where they differ does.
        const expected = readFileSync(golden, 'utf8');
        if (actual !== expected)
          expect.fail(`test/golden/${name} changed ${firstDifference(expected, actual)}`);
      } else if (version !== newest && name.endsWith('.folded'))
        // Lanes come in the order in which batches name them.
        expect(actual.split('\n').sort()).toEqual(readFileSync(golden, 'utf8').split('\n').sort());
      else expect(actual).toBe(readFileSync(golden, 'utf8'));
      rmSync(unequal);
    });
  }
});

/** flame.svg: flame.actual.svg, or of an earlier version flame.v1.actual.svg. */
function actualName(name: string, version: string): string {
  const { name: stem, ext } = parse(name);
  return `${stem}${version === newest ? '' : `.${version}`}.actual${ext}`;
}

function firstDifference(expected: string, actual: string): string {
  let at = 0;
  while (expected[at] === actual[at]) at++;
  const cut = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 60));
  return `at character ${at}: expected ${cut(expected)}, found ${cut(actual)}`;
}
