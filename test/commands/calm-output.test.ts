/** Texts of a trace and names of files in everything that is printed: a terminal and GitHub's runner obey none of them. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jsonPieces } from '../../src/render/words/json.js';
import { alterTrace } from '../format/alter-trace.js';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';

/** What a terminal obeys, or shows elsewhere; and what GitHub's runner obeys. */
const evil =
  'x\x1b]0;title\x07\x9b31m\x85\u202e\u2066\u200b\u{e0041}\u2028\x7f\n::error::mine\n##[error]mine\r\n  ::add-mask::y';

let directory: string;
let trace: string;
let evilTrace: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-calm-'));
  trace = join(directory, 'run.trace');
  const builder = new TraceBuilder(trace, { recorderCommand: [evil] });
  const thread = builder.thread(
    builder.process({
      command: [evil, evil],
      executable: evil,
      cwd: evil,
      pythonVersion: evil,
      pythonBuild: evil,
    }),
    evil,
  );
  builder.rename(thread, 500e6, `${evil}2`);
  const stack = builder.stack([{ name: evil, qualname: evil, file: `/${evil}.py`, firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 100; tick++)
    builder.tick(tick * 10e6, [{ thread, stack, status: tick % 9 ? 1 : 17 }]);
  builder.fail(evil, 11);
  builder.gap(1.1e9, 2e9, evil);
  builder.end(3e9);
  alterTrace(
    trace,
    `INSERT INTO feature VALUES ('${evil}', 0, '')`,
    `INSERT INTO mark VALUES (1, 1, 300000000, '${evil}')`,
  );
  // A folder of this name is none: slashes.
  evilTrace = join(directory, `${evil.replaceAll('/', '')}.trace`);
  copyFileSync(trace, evilTrace);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => {
  delete process.env.GITHUB_ACTIONS;
  Reflect.deleteProperty(process.stdout, 'isTTY');
  Reflect.deleteProperty(process.stderr, 'isTTY');
});

const out = () => join(directory, `out-${evil.replaceAll('/', '')}`);
const commands: readonly (readonly [string, (file: string) => string[]])[] = [
  ['top', (file) => ['top', file]],
  ['top by thread', (file) => ['top', file, '--by', 'thread']],
  ['top by process', (file) => ['top', file, '--by', 'process']],
  ['top as JSON', (file) => ['top', file, '--json']],
  ['info', (file) => ['info', file]],
  ['info as JSON', (file) => ['info', file, '--json']],
  ['verify', (file) => ['verify', file]],
  ['verify as JSON', (file) => ['verify', file, '--json']],
  ['dump', (file) => ['dump', file, '--at', '0.2s']],
  ['dump as JSON', (file) => ['dump', file, '--at', '0.2s', '--json']],
  ['diff', (file) => ['diff', file, file]],
  ['diff as JSON', (file) => ['diff', file, file, '--format', 'json']],
  ['diff as SARIF', (file) => ['diff', file, file, '--format', 'sarif']],
  ['diff as markdown', (file) => ['diff', file, file, '--format', 'markdown']],
  ['export, folded', (file) => ['export', file, '-f', 'folded']],
  ['export, speedscope', (file) => ['export', file, '-f', 'speedscope']],
  ['export, chrome', (file) => ['export', file, '-f', 'chrome']],
  ['export, gecko', (file) => ['export', file, '-f', 'gecko']],
  ['export, jsonl', (file) => ['export', file, '-f', 'jsonl']],
  ['export, otlp-json', (file) => ['export', file, '-f', 'otlp-json']],
  ['export, html', (file) => ['export', file, '-f', 'html']],
  ['export, callgrind', (file) => ['export', file, '-f', 'callgrind']],
  ['export to a file', (file) => ['export', file, '-f', 'folded', '-o', `${out()}.folded`]],
  ['flame', (file) => ['flame', file, '-o', `${out()}.svg`]],
  ['flame to stdout', (file) => ['flame', file, '-o', '-']],
  ['report', (file) => ['report', file, '-o', `${out()}.html`]],
  ['report to stdout', (file) => ['report', file, '-o', '-']],
  ['pack', (file) => ['pack', file, '-f', '-o', `${out()}.packed`]],
  ['cut', (file) => ['cut', file, '-f', '--to', '1s', '-o', `${out()}.cut`]],
  ['mark', (file) => ['mark', file, `later ${Math.floor(performance.now())}`, '--at', '0.4s']],
  ['a window that is not there', (file) => ['top', file, '--from', evil]],
];

function asTerminal(): void {
  Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
}

describe.each(['texts', 'name'] as const)('evil %s', (kind) => {
  const file = () => (kind === 'texts' ? trace : evilTrace);

  test.each(commands)('%s commands no terminal', async (_, args) => {
    asTerminal();
    const { stdout, stderr } = await runCli(...args(file()));
    expect(stdout + stderr).not.toBe('');
    // Our own styles: SGR, and nothing else that begins with an escape.
    const plain = (stdout + stderr).replaceAll(/\x1b\[[\d;]*m/g, '');
    expect(
      plain.match(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/u)?.map((sign) => JSON.stringify(sign)),
    ).toBeUndefined();
  });

  test.each(
    commands.filter(([name]) => !/export, (?:folded|callgrind|html)|(?:flame|report) to stdout/.test(name)),
  )("%s commands no runner of GitHub's", async (_, args) => {
    process.env.GITHUB_ACTIONS = 'true';
    const { stdout, stderr } = await runCli(...args(file()));
    expect(stdout + stderr).not.toMatch(/##\[|^\s*::/m);
  });
});

test('files of such a name are made', () => {
  expect(existsSync(`${out()}.folded`)).toBe(true);
});

test('JSON in pieces is that in one, whatever it holds', () => {
  const random = createRandom(3);
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 6 ? 5 : 8));
    if (kind === 0) return null;
    if (kind === 1) return random() * 1e6;
    if (kind === 2) return evil;
    if (kind === 3) return random() < 0.5;
    if (kind === 4) return Math.floor(random() * 9);
    const items = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    if (kind === 5) return items;
    return Object.fromEntries(items.map((item, at) => [`${at}\n##[`, at === 2 ? undefined : item]));
  };
  for (let round = 0; round < 500; round++) {
    const whole = value(0);
    const pieces = [...jsonPieces(whole)].join('');
    expect(pieces).toBe(JSON.stringify(whole, null, 2).replaceAll('##[', '##\\u005b'));
    expect(JSON.parse(pieces)).toEqual(JSON.parse(JSON.stringify(whole)));
  }
});
