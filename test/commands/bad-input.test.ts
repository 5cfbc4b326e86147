/** Bad input: one sentence, a hint, the exit status of the design, and nothing half written. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';

let directory: string;
let trace: string;
let empty: string;

const at = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-bad-'));
  trace = at('good.trace');
  const builder = new TraceBuilder(trace);
  const thread = builder.thread(builder.process(), 'MainThread');
  const stack = builder.stack([{ name: 'work', file: 'app.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 300; tick++) builder.tick(tick * 10e6, [{ thread, stack }]);
  builder.gap(3.01e9, 5e9, 'the machine slept');
  builder.end(6e9);
  empty = at('empty.trace');
  const nothing = new TraceBuilder(empty);
  nothing.process();
  nothing.end(1e9);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function expectError(args: string[], status: number, message: RegExp, hint = /./): Promise<void> {
  const outcome = await runCli(...args);
  expect(outcome.status, outcome.stderr).toBe(status);
  const [first, second, ...rest] = outcome.stderr.trimEnd().split('\n');
  expect(first).toMatch(/^pyspy: /);
  expect(first!.slice(7)).toMatch(message);
  expect(second).toMatch(/^hint: /);
  expect(second!.slice(6)).toMatch(hint);
  expect(rest).toEqual([]);
  expect(outcome.stdout).toBe('');
}

describe('wrong usage', () => {
  test('of commands and options, with suggestions', async () => {
    await expectError(['tpo', trace], 2, /unknown command 'tpo'/, /Did you mean top\?/);
    await expectError(['top', trace, '--form', '1s'], 2, /unknown option '--form'/, /Did you mean --from\?/);
    await expectError(['top'], 2, /top needs a trace, a process or a command/, /pyspy top --pid PID/);
    await expectError(['record', '--all', '('], 2, /--all is not a regular expression/);
    await expectError(
      ['record', '--all', 'x', '--pid', '1'],
      2,
      /record takes one of --pid, --all and a command/,
    );
    await expectError(['record', '--all', 'x', '--stop'], 2, /--stop goes with a command/);
    await expectError(['record', '--pid', '1', '--budget', '0.05'], 2, /from 0\.1% to 100%/);
    await expectError(['record', '--pid', '1', '--budget', '101%'], 2, /from 0\.1% to 100%/);
    await expectError(
      ['record', '--pid', '1', '--budget', '1%', '--rate', 'max'],
      2,
      /--budget lowers a rate, and --rate max has none/,
      /--rate 1000 --budget 1%/,
    );
    await expectError(['top', trace, '--pid', '1'], 2, /top takes one of a trace, --pid and a command/);
    await expectError(['top', trace, '--rate', '10'], 2, /--rate goes with --pid or a command/);
    await expectError(['top', '--pid', '1', '--from', '1s'], 2, /--from goes with a trace/);
    await expectError(['top', '--'], 2, /top needs a trace, a process or a command/);
    // Told before anything is looked at or recorded.
    await expectError(['flame', '--pid', '1', '--focus', '('], 2, /--focus is not a regular expression/);
    await expectError(['flame'], 2, /flame needs a trace, a process or a command/);
    await expectError(['flame', '--pid', '1', '--follow'], 2, /--follow goes with a trace/);
    const name = 'no program has this in its command line'.replace(/ /g, '_');
    await expectError(
      ['--pid', `${name.slice(0, 5)}[_]${name.slice(6)}x`],
      5,
      /no Python process has a command line/,
      /pyspy ps/,
    );
    await expectError(['--pid', '('], 2, /--pid is not a regular expression/);
    await expectError(['--', 'no-such-program'], 2, /cannot start no-such-program/);
    await expectError(['top', trace, 'more'], 2, /too many arguments/);
    await expectError(['top', trace, '--by', 'colour'], 2, /'colour' is invalid/);
    await expectError(['top', trace, '--limit', '-1'], 2, /'-1' is invalid/);
    await expectError(['export', trace], 2, /required option '-f, --format <format>' not specified/);
    await expectError(['export', trace, '-f', 'pdf'], 2, /'pdf' is invalid/);
    await expectError(['export', trace, '-f', 'folded', '--names', '--function'], 2, /exclude each other/);
    await expectError(['dump'], 2, /dump needs --pid or a trace/);
    await expectError(['dump', trace], 2, /dump needs a moment: --at TIME/);
    await expectError(['dump', trace, '--pid', '1'], 2, /either --pid or a trace/);
    await expectError(['dump', trace, '--at', '1s', '--locals'], 2, /--locals needs --pid/);
    await expectError(['dump', '--pid', '1', '--locals-length', '5'], 2, /without --locals/);
    await expectError(['dump', '--pid', '1', '--locals', '--locals-length', '0'], 2, /between 1 and/);
    await expectError(['dump', '--pid', '1', '--locals', '--locals-length', 'x'], 2, /whole number/);
    await expectError(['dump', trace, '--at', '1s', '--subprocesses'], 2, /--subprocesses needs --pid/);
    await expectError(['dump', trace, '--at', '1s', '--native'], 2, /--native needs --pid/);
    await expectError(['top', trace, '--focus', '('], 2, /--focus is not a regular expression/);
    await expectError(['record', '--pid', '1', '-o', '-'], 2, /cannot go to stdout/, /pyspy flame FILE -o -/);
    await expectError(['record', '--pid', '1', '-o', 'x.html'], 2, /not as HTML/, /-o x\.svg/);
    await expectError(
      ['record', '--pid', '1', '--format', 'pdf'],
      2,
      /does not make the format pdf/,
      /speedscope, raw, chrometrace/,
    );
    await expectError(
      ['record', '--pid', '1', '--gil'],
      2,
      /a trace has everything/,
      /pyspy flame FILE --gil/,
    );
    await expectError(
      ['record', '--pid', '1', '--nolineno', '-o', at('x.trace')],
      2,
      /has everything/,
      /--names/,
    );
    await expectError(['record', '--pid', '1', '-o', at('no/x.svg')], 2, /there is no directory/);
    await expectError(['record', '--pid', '1', '--stop'], 2, /--stop goes with a command/);
    await expectError(['top', '--pid', '1', '--stop'], 2, /--stop goes with a command/);
    await expectError(['completion', 'tcsh'], 2, /'tcsh' is invalid/);
    await expectError(['diff'], 2, /missing required argument 'traces'/);
    await expectError(['diff', trace], 2, /diff needs two traces, or two windows of one/, /--a-to/);
    await expectError(['diff', trace, trace, trace], 2, /nothing says which are A/, /Put -- between them/);
    await expectError(['diff', trace, '--', trace, '--', trace], 2, /there must be one --/);
    await expectError(['diff', trace, '--'], 2, /there must be one --/);
    await expectError(['diff', trace, '--', ...Array(65).fill(trace)], 2, /more than 64 traces/);
    await expectError(['diff', trace, trace, '--threshold', 'x'], 2, /'x' is invalid/);
    await expectError(['diff', trace, trace, '--threshold', '-1'], 2, /'-1' is invalid|argument missing/);
    await expectError(['diff', trace, trace, '--threshold', '1e999%'], 2, /is invalid/);
    await expectError(['diff', trace, trace, '--work', '0'], 2, /'0' is invalid/);
    await expectError(['diff', trace, trace, '--work', '1,2,3'], 2, /is invalid/);
    await expectError(
      ['diff', trace, trace, '--work', '1', '--metric', 'share'],
      2,
      /--metric share does not/,
    );
    await expectError(['diff', trace, trace, '--metric', 'wall', '--cpu'], 2, /exclude each other/);
    await expectError(['diff', trace, trace, '--metric', 'time'], 2, /'time' is invalid/);
  });

  test('shows how to use it when there is nothing else', async () => {
    const outcome = await runCli();
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toMatch(/^Usage: pyspy/);
  });

  test('of help and version there is none', async () => {
    expect(await runCli('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: pyspy/),
    });
    expect(await runCli('top', '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/--sort/),
    });
    expect(await runCli('--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('of regular expressions', async () => {
    await expectError(['top', trace, '--thread', '('], 2, /^--thread is not a regular expression/);
    await expectError(['top', trace, '--filter', '['], 2, /^--filter is not a regular expression/);
    await expectError(['diff', trace, trace, '--filter', '*'], 2, /^--filter is not a regular expression/);
  });
});

describe('a window', () => {
  test.each<[string, string[], RegExp]>([
    ['that does not parse', ['--from', 'noon'], /--from "noon" is not a time/],
    ['that is reversed', ['--from', '2s', '--to', '1s'], /reversed: --from is 2s and --to is 1s/],
    ['that is empty', ['--from', '2s', '--to', '2s'], /empty: it begins and ends at 2s/],
    ['after the recording', ['--from', '10s'], /outside the recording, which is 6s long/],
    ['before the recording', ['--from', '-20s', '--to', '-10s'], /outside the recording/],
    ['on another day', ['--from', '2020-01-01', '--to', '2020-01-02'], /outside the recording/],
    ['without samples', ['--from', '3.5s', '--to', '4s'], /there are no samples from 3\.5s to 4s/],
  ])('%s', async (_, args, message) => {
    await expectError(['top', trace, ...args], 2, message);
    await expectError(['diff', trace, trace, ...args], 2, message);
    await expectError(['export', trace, '-f', 'speedscope', ...args], 2, message);
    const picture = at('none.svg');
    await expectError(['flame', trace, ...args, '-o', picture], 2, message);
    await expectError(['report', trace, ...args, '-o', picture], 2, message);
    expect(existsSync(picture)).toBe(false);
  });

  test('without samples says why, where that is known', async () => {
    await expectError(
      ['top', trace, '--from', '3.5s', '--to', '4s'],
      2,
      /no samples/,
      /from 3\.01s to 5s: the machine slept/,
    );
  });

  test('of one side of a comparison', async () => {
    const args = ['diff', trace, trace];
    await expectError([...args, '--a-from', 'noon'], 2, /--a-from "noon" is not a time/);
    await expectError([...args, '--b-from', '2s', '--b-to', '1s'], 2, /--b-from is 2s and --b-to is 1s/);
    await expectError([...args, '--b-from', '9s'], 2, /outside the recording/);
  });

  test('of a moment', async () => {
    await expectError(['dump', trace, '--at', '7s'], 2, /--at 7s is outside the recording/);
    await expectError(['dump', trace, '--at', '-9s'], 2, /outside the recording/);
    await expectError(['dump', trace, '--at', 'x'], 2, /--at "x" is not a time/);
  });
});

describe('a trace', () => {
  test('that cannot be read ends with 6, whatever was asked of it', async () => {
    writeFileSync(at('notes.txt'), 'hello');
    const cut = at('cut.trace');
    writeFileSync(cut, readFileSync(trace).subarray(0, 5_000));
    for (const [file, message] of [
      [at('nothing.trace'), /there is no such file/],
      [at('notes.txt'), /is not a trace/],
      [directory, /is a directory/],
      [cut, /is truncated/],
    ] as const) {
      await expectError(['info', file], 6, message);
      await expectError(['top', file], 6, message);
      await expectError(['dump', file, '--at', '1s'], 6, message);
      await expectError(['diff', trace, file], 6, message);
      await expectError(['diff', file, trace, '--json'], 6, message);
      await expectError(['flame', file, '-o', at('none.svg')], 6, message);
      await expectError(['report', file, '-o', at('none.html')], 6, message);
      await expectError(['export', file, '-f', 'folded', '-o', at('none.txt')], 6, message);
    }
    expect(readdirSync(directory).filter((name) => name.startsWith('none') || name.endsWith('.tmp'))).toEqual(
      [],
    );
  });

  test('without samples', async () => {
    await expectError(['top', empty], 6, /holds no samples/);
    await expectError(['dump', empty, '--at', '0s'], 6, /holds no samples/);
    expect(await runCli('info', empty)).toMatchObject({ status: 0 });
  });

  test('with a name that commands the terminal', async () => {
    await expectError(
      ['info', at('\x1b[31mred\n.trace')],
      6,
      /\\x1b\[31mred\\x0a\.trace: there is no such file/,
    );
  });
});

describe('an output file', () => {
  const flame = (output: string) => ['flame', trace, '-o', output];

  test('is never the trace itself, under whatever name, nor another trace', async () => {
    const before = readFileSync(trace);
    symlinkSync(trace, at('link.svg'));
    await expectError(flame(trace), 2, /it is the trace that is being read/);
    await expectError(flame(at('link.svg')), 2, /it is the trace that is being read/);
    await expectError(['report', trace, '-o', trace], 2, /it is the trace that is being read/);
    await expectError(flame(empty), 2, /it is a trace, and those are not overwritten/);
    await expectError(
      ['export', trace, '-f', 'folded', '-o', trace],
      2,
      /it is the trace that is being read/,
    );
    await expectError(['diff', trace, empty, '--flame', empty], 2, /it is the trace that is being read/);
    expect(readFileSync(trace).equals(before)).toBe(true);
  });

  test('needs a directory that is there and takes files', async () => {
    await expectError(flame(at('no/such/x.svg')), 2, /there is no directory .*no\/such/, /mkdir -p/);
    mkdirSync(at('folder.svg'));
    await expectError(flame(at('folder.svg')), 2, /it is a directory/);
    await expectError(flame('/proc/x.svg'), 2, /cannot write \/proc\/x\.svg/);
    await expectError(flame(at(`${'x'.repeat(300)}.svg`)), 2, /the name is too long/);
  });

  test('replaces an older picture, and is whole or not there', async () => {
    const picture = at('old.svg');
    writeFileSync(picture, 'older');
    expect(await runCli(...flame(picture))).toEqual({ status: 0, stdout: '', stderr: `wrote ${picture}\n` });
    expect(readFileSync(picture, 'utf8')).toMatch(/<\/svg>\n$/);
    writeFileSync(picture, 'older');
    await expectError(['flame', trace, '--from', '3.5s', '--to', '4s', '-o', picture], 2, /no samples/);
    expect(readFileSync(picture, 'utf8')).toBe('older');
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('on a full disk ends with 74', async () => {
    await expectError(
      ['export', trace, '-f', 'folded', '-o', '/dev/full'],
      74,
      /cannot write \/dev\/full: the disk is full/,
    );
  });
});

test('a recording can be replayed by every command while it is made', async () => {
  const live = at('live.trace');
  const builder = new TraceBuilder(live);
  const thread = builder.thread(builder.process(), 'MainThread');
  const stack = builder.stack([{ name: 'work', file: 'app.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 250; tick++) builder.tick(tick * 10e6, [{ thread, stack }]);
  expect((await runCli('top', live)).stdout).toMatch(/Still being recorded/);
  expect(JSON.parse((await runCli('info', live, '--json')).stdout)).toMatchObject({
    state: 'recording',
    samples: 200,
  });
  expect((await runCli('dump', live, '--at', '100%')).status).toBe(0);
  expect((await runCli('diff', live, trace)).status).toBe(0);
  expect((await runCli('flame', live, '-o', at('live.svg'))).status).toBe(0);
  expect((await runCli('report', live, '-o', at('live.html'))).status).toBe(0);
  expect((await runCli('export', live, '-f', 'folded')).stdout).toBe('work (app.py:2) 200\n');
  builder.end();
  expect(readdirSync(directory).filter((name) => name.startsWith('live.trace'))).toEqual(['live.trace']);
});
