/**
 * Replay on Windows, as far as Wine is Windows: all golden outputs, byte for byte, queries in their own thread, drive
 * letters and backslashes, files that are open, the command that npm makes, and what is said where no program runs.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { asNewest, cases, earlierCases, type GoldenCase, isUnordered, newest } from '../golden/cases.js';
import { findMakeShims } from '../support/npm-shims.js';
import { Wine, type WineOutcome } from '../support/wine.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const golden = (name: string) => readFileSync(`${root}test/golden/${name}`, 'utf8');
const complete = 'v2-complete.trace';

const wine = await Wine.create();
afterAll(() => wine?.close());

/** A folder of this run that has the traces in it, and has its own name on each side. */
function makeFolder(name: string): { readonly unix: string; readonly windows: string } {
  const unix = join(wine!.folder, name);
  mkdirSync(unix);
  for (const trace of readdirSync(`${root}test/golden/traces`)) {
    copyFileSync(`${root}test/golden/traces/${trace}`, join(unix, trace));
    // A fresh copy is no sign that somebody is still recording.
    utimesSync(join(unix, trace), new Date('2024-05-01'), new Date('2024-05-01'));
  }
  return { unix, windows: wine!.path(unix) };
}

interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Where it is to run in a process of its own. */
  readonly program?: string;
  /** File that it writes, and that comes back with its outcome. */
  readonly output?: string;
}

interface CommandOutcome extends WineOutcome {
  readonly file: string | null;
}

let runs = 0;

/** Runs commands in one process, one after the other. */
async function runAll(commands: readonly Command[]): Promise<CommandOutcome[]> {
  runs++;
  const [plan, results] = ['plan', 'results'].map((name) => join(wine!.folder, `${name}-${runs}.json`));
  writeFileSync(plan!, JSON.stringify(commands));
  const script = `${root}test/wine/commands.cjs`;
  const paths = [script, wine!.home, plan!, results!].map((path) => wine!.path(path));
  expect(await wine!.run(['node', ...paths])).toEqual({ status: 0, stdout: '', stderr: '' });
  return JSON.parse(readFileSync(results!, 'utf8'));
}

/** Runs the same on Linux. */
function runHere(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}bin/pyspy.js`, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.skipIf(wine === null)('under Wine (needs wine64 and npm’s registry)', () => {
  test('golden outputs of all versions are as on Linux, byte for byte', async () => {
    const all: readonly (readonly [version: string, name: string, asked: GoldenCase])[] = [
      ...Object.entries(cases).map(([name, asked]) => [newest, name, asked] as const),
      ...earlierCases.map(([name, asked]) => ['v1', name, asked] as const),
    ];
    const { windows } = makeFolder('golden');
    const outcomes = await runAll(
      all.map(([, , { args, output }]) => ({ cwd: windows, args, ...(output && { output }) })),
    );
    for (const [at, [version, name, { output }]] of all.entries()) {
      const title = `${version}: ${name}`;
      const { status, stdout, stderr, file } = outcomes[at]!;
      const rest = stderr.replace(/^\d+ of \d+ samples are torn: .*\n/m, '');
      const told = output === undefined ? '' : `wrote ${output}\n`;
      expect.soft({ status, stderr: rest }, title).toEqual({ status: 0, stderr: told });
      const ordered = (text: string) =>
        isUnordered(name, version) ? text.split('\n').sort().join('\n') : text;
      expect.soft(ordered(asNewest(name, version, file ?? stdout)), title).toBe(ordered(golden(name)));
    }
    expect(outcomes).toHaveLength(all.length);
  });

  test('queries run in their own thread, and files go where Windows names them', async () => {
    const { unix, windows } = makeFolder('work');
    const query =
      'SELECT function, file, round(sum(wall_s), 3) AS s FROM sample JOIN frame USING (frame_id) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2';
    // A run that was killed left it the day before yesterday.
    const left = join(unix, '.old.svg.00000000-0-0123abcd.tmp');
    writeFileSync(left, 'half');
    utimesSync(left, Date.now() / 1e3 - 48 * 3_600, Date.now() / 1e3 - 48 * 3_600);
    // Reports point to files that are there.
    mkdirSync(join(unix, 'lib'));
    for (const name of ['lib/sort.py', 'lib/cache.py']) writeFileSync(join(unix, name), '');
    const trace = `${windows}\\${complete}`;
    const commands: Readonly<Record<string, readonly string[]>> = {
      'sql as text': ['sql', complete, query],
      'sql as CSV': ['sql', complete, query, '--csv'],
      'wrong sql': ['sql', complete, 'SELEKT 1'],
      'a drive and backslashes': ['flame', trace, '-o', 'C:\\größe und mehr.svg'],
      'the other slashes': ['top', trace.replaceAll('\\', '/')],
      'its own input': ['flame', complete, '-o', trace.toUpperCase().replace('V2-COMPLETE.TRACE', complete)],
      'no folder': ['flame', complete, '-o', 'C:\\no such folder\\out.svg'],
      'a device': ['flame', complete, '-o', 'NUL'],
      'a dot at the end': ['cut', complete, '--from', '50%', '-o', 'C:\\cut.trace.'],
      'no trace': ['info', 'C:\\nothing.trace'],
      'a folder': ['info', windows],
      cut: ['cut', complete, '--from', '50%', '-o', 'cut.trace'],
      'cut again': ['cut', complete, '--from', '50%', '-o', 'cut.trace'],
      'cut with force': ['cut', complete, '--from', '50%', '-o', `${windows}\\cut.trace`, '-f'],
      'pack in place': ['pack', 'cut.trace', '-o', `${windows}\\cut.trace`, '-f'],
      mark: ['mark', 'cut.trace', 'warm', '--at', '6s'],
      verify: ['verify', 'cut.trace'],
      'files of a report': [
        'diff',
        'v2-before.trace',
        'v2-after.trace',
        '--metric',
        'wall',
        '--format',
        'sarif',
      ],
      gate: ['diff', 'v2-before.trace', 'v2-after.trace', '--metric', 'wall', '--gate', '--limit', '1'],
    };
    const ran = await runAll(Object.values(commands).map((args) => ({ cwd: windows, args })));
    const outcomes = Object.fromEntries(Object.keys(commands).map((name, at) => [name, ran[at]!]));
    const told = (name: string) => {
      const { status, stdout, stderr } = outcomes[name]!;
      return { status, stdout, stderr };
    };

    for (const name of ['sql as text', 'sql as CSV', 'wrong sql', 'gate'])
      expect([name, told(name)]).toEqual([name, runHere(unix, ...commands[name]!)]);
    expect(told('a drive and backslashes')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wrote C:\\größe und mehr.svg\n',
    });
    expect(readFileSync(join(wine!.driveC, 'größe und mehr.svg'), 'utf8')).toBe(golden('flame.svg'));
    expect(outcomes['the other slashes']).toMatchObject({ status: 0, stderr: '' });
    expect(told('its own input')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it is the trace that is being read'),
    });
    expect(told('no folder')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no directory C:\\no such folder\nhint: '),
    });
    for (const name of ['a device', 'a dot at the end'])
      expect(told(name)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('Windows takes the name for another\nhint: '),
      });
    expect(told('no trace')).toMatchObject({
      status: 6,
      stderr: expect.stringMatching(/^pyspy: C:\\nothing\.trace: there is no such file\n/),
    });
    expect(told('a folder')).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('is a directory, not a trace'),
    });
    expect(told('cut again')).toMatchObject({ status: 2, stderr: expect.stringContaining('exists already') });
    for (const name of ['cut', 'cut with force', 'pack in place', 'mark', 'verify'])
      expect([name, outcomes[name]!.status, outcomes[name]!.stderr]).toEqual([
        name,
        0,
        name === 'verify' ? '' : expect.not.stringContaining('pyspy:'),
      ]);
    expect(runHere(unix, 'verify', 'cut.trace').status).toBe(0);
    expect(outcomes['files of a report']!.stdout).toBe(golden('diff.sarif'));
    expect(existsSync(left)).toBe(false);
    expect(readdirSync(unix).filter((name) => /\.tmp|-wal|-shm|-journal/.test(name))).toEqual([]);
  });

  test('what needs a running program says that there is none', async () => {
    const { windows } = makeFolder('refused');
    // Numbers of processes are multiples of four.
    const needing = [
      ['record', '--pid', '3'],
      ['top', '--pid', '3'],
      ['dump', '--pid', '3'],
      ['flame', '--pid', '3'],
    ];
    const ran = await runAll(needing.map((args) => ({ cwd: windows, args })));
    for (const { status, stdout, stderr } of ran)
      expect({ status, stdout, stderr }).toEqual({
        status: 5,
        stdout: '',
        stderr: expect.stringMatching(/there is no process 3\nhint: .*\n$/),
      });
  });

  const makeShims = findMakeShims();
  test.skipIf(makeShims === null)('the command that npm makes starts it (needs npm’s cmd-shim)', async () => {
    const { windows } = makeFolder('shim');
    const shim = join(wine!.folder, 'npm', 'pyspy-node');
    await makeShims!(join(wine!.home, 'bin/pyspy-node.js'), shim);
    // By a jump that fails, the batch file ends before the program does, and nobody is asked about that at Ctrl-C. Wine's cmd
    // would end it before the program begins.
    const trick = 'goto #_undefined_# 2>NUL || title %COMSPEC% & ';
    const batch = readFileSync(`${shim}.cmd`, 'utf8');
    expect(batch).toContain(trick);
    writeFileSync(`${shim}.cmd`, batch.replace(trick, ''));
    const command = { program: 'cmd', cwd: windows };
    const ran = await runAll(
      [['top', complete], ['ps'], ['info', 'C:\\nothing.trace']].map((args) => ({
        ...command,
        args: ['/c', `${wine!.path(shim)}.cmd`, ...args],
      })),
    );
    const [top, ps, info] = ran.map(({ status, stdout, stderr }) => ({ status, stdout, stderr }));
    // Its output is UTF-8 in a pipe, too, and nothing colours it.
    expect(top).toEqual({ status: 0, stdout: golden('top.txt'), stderr: '' });
    expect(ps).toEqual({ status: 0, stdout: 'No Python runs here that this user may see.\n', stderr: '' });
    expect(info).toEqual({ status: 6, stdout: '', stderr: expect.stringContaining('there is no such file') });
  });
});
