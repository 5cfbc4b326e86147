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
import { expectSchema } from './commands/schemas.js';
import { asNewest, cases, earlierCases, isUnordered, newest } from './golden/cases.js';
import { earlierTraces, goldenTraces, makeTrace } from './golden/make-traces.js';

const directory = fileURLToPath(new URL('golden/', import.meta.url));
const traces = join(directory, 'traces');
const isUpdate = process.env.PYSPY_UPDATE_GOLDEN === '1';

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
    (name) => name !== 'traces' && !name.endsWith('.ts') && !name.includes('.actual.'),
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
      const actual = asNewest(name, version, output === undefined ? stdout : readFileSync(output, 'utf8'));
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
      } else if (isUnordered(name, version))
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
