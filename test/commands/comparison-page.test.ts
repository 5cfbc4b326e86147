/** `report` and `view` of two recordings: how sides are named, what is refused as `diff` refuses it, and what is in the file. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ComparisonHead } from '../../src/render/drawing/comparison-data.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { hostileTexts } from '../render/trees.js';
import { runCli } from './run-cli.js';

const golden = (name: string) => fileURLToPath(new URL(`../golden/traces/${name}.trace`, import.meta.url));
const [before, after] = [golden('v2-before'), golden('v2-after')];
/** Of another command. */
const other = golden('v2-complete');

let directory: string;
const at = (name: string) => join(directory, name);
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-comparison-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a page carries. */
function headOf(text: string): ComparisonHead {
  const data = /id="data">([^<]*)</.exec(text)![1]!;
  return JSON.parse(inflateRawSync(Buffer.from(data, 'base64')).toString());
}

async function pageOf(...args: string[]): Promise<ComparisonHead> {
  const { status, stdout } = await runCli('report', ...args, '-o', '-');
  expect(status).toBe(0);
  return headOf(stdout);
}

describe('sides', () => {
  test('are two traces, several of each, or two windows of one, as diff takes them', async () => {
    const two = await pageOf(before, after);
    expect(two.title).toBe('v2-before.trace → v2-after.trace');
    expect(two.sides.map(({ letter, runs }) => [letter, runs.map(({ file }) => file)])).toEqual([
      ['A', [before]],
      ['B', [after]],
    ]);
    const several = await pageOf(before, before, '--', after, after, '--title', 'twice');
    expect(several.title).toBe('twice');
    expect(several.sides.map(({ runs }) => runs.length)).toEqual([2, 2]);
    const windows = await pageOf(before, '--a-to', '50%', '--b-from', '50%');
    const [a, b] = windows.sides.map(({ runs }) => runs[0]!.window);
    expect(a).toMatch(/^0s to /);
    expect(b).toBe(`${a!.replace('0s to ', '')} to ${b!.replace(/.* /, '')}`);
    expect(windows.notes.join()).toContain('A and B are from one recording');
  });

  test('have the measure that is asked for, and the reason', async () => {
    const { listed } = await pageOf(before, after, '--metric', 'wall', '--threshold', '0');
    expect(listed.total.about).toMatch(
      /^Percent of time per second of wall time, total: .* as --metric says\.$/,
    );
    expect(listed.self.about).toContain('self: in the function alone');
    const mine = await pageOf(before, after, '--mine');
    expect(mine.listed.total.about).toContain('libraries counted for their callers');
  });

  test('are refused where it is not clear which they are', async () => {
    const { status, stderr } = await runCli('report', before, after, before);
    expect(status).toBe(2);
    expect(stderr).toMatch(/3 traces, and nothing says which are A and which are B\nhint: .*pyspy report a1/);
  });
});

describe('one trace', () => {
  test('is a page of its own, also behind "--"', async () => {
    expect(await runCli('report', '-o', at('one.html'), '--', other)).toMatchObject({ status: 0 });
    expect(readFileSync(at('one.html'), 'utf8')).toContain('<title>v2-complete.trace</title>');
  });

  test.each([['--metric', 'cpu'], ['--work', '1'], ['--threshold', '1'], ['--test', 'x'], ['--force']])(
    'has no %s',
    async (...option) => {
      for (const command of ['report', 'view']) {
        const { status, stderr } = await runCli(command, other, ...option);
        expect(status).toBe(2);
        expect(stderr).toContain(`${option[0]} is for a comparison, and there is one trace`);
        expect(stderr).toContain(`pyspy ${command} before.trace after.trace`);
      }
    },
  );
});

describe('what cannot be compared', () => {
  test.each(['report', 'view'])('is refused by %s in the words of diff, with its status', async (command) => {
    const { status, stderr } = await runCli('diff', before, other);
    expect(status).toBe(3);
    const options = command === 'report' ? ['-o', at('refused.html')] : ['--no-open'];
    expect(await runCli(command, before, other, ...options)).toEqual({ status, stderr, stdout: '' });
    expect(existsSync(at('refused.html'))).toBe(false);
  });

  test('is compared with --force, and says that it was', async () => {
    const { notes, verdict } = await pageOf(before, other, '--force');
    expect(verdict).not.toBe('not-comparable');
    expect(notes.join('\n')).toMatch(/Forced: the command differs/);
  });

  test('is a test of nothing', async () => {
    expect(await runCli('report', before, after, '--test', 'nowhere', '-o', '-')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no function was tested'),
    });
  });

  test('is a page with sources', async () => {
    expect(await runCli('view', before, after, '--source', '.')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--source is for the page of one trace'),
    });
  });
});

test('a trace is not overwritten', async () => {
  expect(await runCli('report', before, after, '-o', after)).toMatchObject({ status: 2 });
});

test('evil names are bounded, escaped, and nowhere outside of the data', async () => {
  const evil = `${hostileTexts.join('')}</script>${'\u202e'}${'x'.repeat(100_000)}`;
  const runs = ['a', 'b'].map((name) => {
    const trace = new TraceBuilder(at(`${name}.trace`));
    const process = trace.process({ command: [evil], cwd: '/srv' });
    const thread = trace.thread(process, evil);
    const stacks = [...Array(10).keys()].map((id) =>
      trace.stack([{ name: `${id}${evil}`, file: `/srv/${id}${evil}`, firstLine: 1 }, 1]),
    );
    for (let tick = 1; tick <= 1_000; tick++)
      trace.tick(tick * 10e6, [{ thread, stack: stacks[(tick * 7) % 10]! }]);
    trace.end();
    return at(`${name}.trace`);
  });
  const { status, stdout } = await runCli('report', ...runs, '-o', '-');
  expect(status).toBe(0);
  expect(stdout).not.toContain('xxxxxxxxxx');
  expect(stdout.match(/<script/g)).toHaveLength(2);
  const { listed, sides } = headOf(stdout);
  const texts = [
    ...listed.total.lines.flatMap(({ name, file }) => [name, file]),
    ...sides.flatMap(({ commands }) => commands),
  ];
  for (const text of texts) {
    expect(text.length).toBeLessThan(400);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});
