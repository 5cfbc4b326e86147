/** `pyspy top` of a running program, in a real terminal and without one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectSchema } from '../commands/schemas.js';
import { isAlive, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { ask, pyspy, startPyspy, workFolder } from '../support/pyspy.js';
import { commandOf, startTarget } from '../support/targets.js';
import { hasTmux, Terminal } from '../support/terminal.js';

const cli = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));
const node = process.execPath;

/** A shell command that runs pyspy, and tells its status and whether the terminal is as it was. */
function inShell(...args: string[]): string {
  const words = [node, cli, ...args].map((word) => `'${word}'`).join(' ');
  return `before=$(stty -g); ${words}; echo "status $?"; [ "$before" = "$(stty -g)" ] && echo terminal as before; sleep 1000`;
}

function liveFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^pyspy-[A-Za-z0-9]{6}$/.test(name));
}

describe.skipIf(!hasTmux)('the live view in a terminal (needs tmux)', () => {
  describeOnePython('driven by keys', (python) => {
    test('shows shares, sorts, changes views, filters and quits', async () => {
      const target = await startTarget(python, 'share.py');
      const terminal = new Terminal(inShell('--pid', String(target.pid)));
      const first = await terminal.shows(/\d\d\.\d +[\d.]+ +\S+ +\S+ +Work\.slow/);
      expect(first.split('\n')[0]).toMatch(
        new RegExp(`share\\.py \\(pid ${target.pid}, Python ${python.minor}`),
      );
      expect(first).toMatch(/CPU +\d/);
      expect(first).toMatch(/\d+ missed, \d+ torn, \d+ failed/);
      // 70 % of one thread's time, as the clock measured it in the program.
      const [, slow] = /(\d+\.\d) +\d+\.\d +\S+ +\S+ +Work\.slow/.exec(await terminal.shows(/ [5-9] s$/m))!;
      expect(Number(slow)).toBeGreaterThan(55);
      expect(Number(slow)).toBeLessThan(85);
      expect(terminal.modes()).toEqual({ cursor: false, alternate: true });

      terminal.press('4');
      await terminal.shows(/total s\*[\s\S]*<module>[\s\S]*Work\.slow/);
      terminal.press('l');
      await terminal.shows(/file:line\n[\s\S]*share\.py:\d+/);
      terminal.press('t');
      await terminal.shows(new RegExp(`${target.pid} +\\d+ +MainThread`));
      terminal.press('f', '/', 'f', 'a', 's', 't');
      const filtered = await terminal.shows(/match: fast_/);
      expect(filtered).toContain('Work.fast');
      expect(filtered).not.toContain('Work.slow');
      terminal.press('Enter', 'Enter');
      await terminal.shows(/Work\.fast .*since the beginning\ncalled by\n +\d+\.\d % {2}Work\.mix/);
      terminal.press('?');
      await terminal.shows(/who calls the chosen row/);

      terminal.press('q');
      await terminal.shows(/status 0\nterminal as before/);
      expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
      expect(isAlive(target.pid)).toBe(true);
    });

    test('shows several processes together, and one by one', async () => {
      const family = await commandOf(python, 'family.py', 'fork', '60', '60');
      const terminal = new Terminal(inShell('top', '-s', '--', ...family), { columns: 120 });
      await terminal.shows(/\bleft\b[\s\S]*\bright\b|\bright\b[\s\S]*\bleft\b/);
      terminal.press('p');
      // Each of the two that work, with its parent.
      await terminal.shows(/parent +process\n([^\n]* \d+ +\d+ +\S[^\n]*\n){2}/);
      terminal.press('Home', 'Enter');
      const one = await terminal.shows(/\b(left|right)\b[\s\S]*process \d+ \(Esc: all\)/);
      expect(/\bleft\b/.test(one)).not.toBe(/\bright\b/.test(one));
      terminal.press('Escape');
      await terminal.shows(/parent +process/);
      terminal.press('f');
      await terminal.shows(/\bleft\b[\s\S]*\bright\b|\bright\b[\s\S]*\bleft\b/);
      terminal.press('q');
    });

    test('fits a window that gets small and large', async () => {
      const target = await startTarget(python, 'share.py');
      const terminal = new Terminal(inShell('top', '-p', String(target.pid)));
      await terminal.shows(/Work\.slow/);
      terminal.resize(40, 12);
      const small = await terminal.shows(/self %\* +total % +function +file:line\n/);
      expect(small).toContain('Work.slow');
      expect(small.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
      terminal.resize(200, 50);
      await terminal.shows(/last 20 intervals +function/);
      await terminal.shows(/[▁▂▃▄▅▆▇█] +Work\.slow/);
      // Nothing of the smaller pictures is left.
      const { length } = terminal.screen().filter((line) => line.includes('q quit'));
      expect(length).toBe(1);
    });

    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      test(`gives the terminal back at ${signal}`, async () => {
        const target = await startTarget(python, 'share.py');
        const terminal = new Terminal(inShell('--pid', String(target.pid)));
        await terminal.shows(/Work\.slow/);
        const pid = await until('pyspy is found', () => recorderOf(target.pid));
        process.kill(pid, signal);
        await terminal.shows(/status 0\nterminal as before/);
        expect(terminal.modes()).toEqual({ cursor: true, alternate: false });
        expect(isAlive(target.pid)).toBe(true);
      });

    test('ends with the program, and says so', async () => {
      const target = await startTarget(python, 'share.py');
      const terminal = new Terminal(inShell('--pid', String(target.pid)));
      await terminal.shows(/Work\.slow/);
      await target.stop();
      await terminal.shows(/the program ended after \d+\.\d s\nstatus 0\nterminal as before/);
    });

    test('a command has its output and its status, after the picture', async () => {
      const terminal = new Terminal(inShell('--', ...(await commandOf(python, 'share.py', '2', '0.5', '7'))));
      await terminal.shows(/Work\.slow/);
      const end = await terminal.shows(/status 7\nterminal as before/);
      expect(end).toMatch(/the program ended[\s\S]*"ready"[\s\S]*"phases"[\s\S]*status 7/);
    });

    test('w writes a trace of what was seen', async () => {
      const target = await startTarget(python, 'share.py');
      const trace = join(workFolder(), 'seen.trace');
      const terminal = new Terminal(inShell('top', '--pid', String(target.pid), '-o', trace));
      await terminal.shows(/Work\.slow/);
      terminal.press('w');
      await until('the trace is there', () => existsSync(trace));
      await terminal.shows(/wrote .*seen\.trace/);
      terminal.press('w');
      await terminal.shows(/exists/);
      terminal.press('q');
      await terminal.shows(/status 0/);
      const info = await ask('info', trace);
      expect(info.samples).toBeGreaterThan(50);
      expect((await pyspy('verify', trace)).status).toBe(0);
      const { rows } = await ask('top', trace);
      expect(rows[0]!.function).toMatch(/slow/);
    });
  });
});

describeOnePython('the live view without a terminal', (python) => {
  test('prints a table every interval, until the time is up, and leaves nothing behind', async () => {
    const before = liveFolders();
    const target = await startTarget(python, 'share.py');
    const live = startPyspy(['top', '--pid', String(target.pid), '--duration', '3.5s', '--limit', '3']);
    const { status, stdout, stderr } = await live.exited;
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/time is up after 3\.5 s/),
    });
    const [, intervals, total] = /^([\s\S]*?)(in all: .*\n[\s\S]*)$/.exec(stdout)!;
    expect(total).toMatch(/^in all: .*share\.py \(pid \d+, Python.*\n0s to [\d.]+s: wall time, \d+ samples/);
    expect(total).toMatch(/^ +[\d.]+ +[\d.]+% +[\d.]+ +[\d.]+% +(Work\.)?slow/m);
    for (const line of intervals!.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const tables = intervals!.split('\n\n').filter((table) => table !== '');
    expect(tables.length).toBeGreaterThanOrEqual(2);
    for (const table of tables) {
      expect(table).toMatch(/^.*share\.py \(pid \d+, Python/);
      expect(table).toMatch(/Work\.slow|slow/);
      expect(table.split('\n').length).toBeLessThanOrEqual(4 + 3);
    }
    expect(stdout).not.toMatch(/\x1b/);
    expect(liveFolders().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('--json prints a line of JSON for each interval, and one of all', async () => {
    const target = await startTarget(python, 'share.py');
    const live = startPyspy(['top', '--pid', String(target.pid), '--duration', '3.5s', '--json']);
    const { status, stdout } = await live.exited;
    expect(status).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expectSchema('top', line);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    const total = lines.pop();
    expect(total.live).toBe('total');
    // Intervals follow each other without a hole, and are all of it together.
    for (const [at, { live: part, window }] of lines.entries()) {
      expect(part).toBe('interval');
      expect(window.from_s).toBe(at === 0 ? 0 : lines[at - 1].window.to_s);
    }
    expect(lines.at(-1).window.to_s).toBe(total.window.to_s);
    const samples = lines.reduce((sum, line) => sum + line.samples, 0);
    expect(samples).toBe(total.samples);
    expect(total.rows.map((row: { function: string }) => row.function).join()).toMatch(/slow/);
  });

  test('--flame draws a process, or a command, whose status it has', async () => {
    const target = await startTarget(python, 'share.py');
    const picture = join(workFolder(), 'now.svg');
    const ofPid = await pyspy('--flame', picture, '--pid', String(target.pid), '--duration', '1s');
    expect(ofPid).toMatchObject({ status: 0, stderr: expect.stringContaining(`wrote ${picture}`) });
    expect(readFileSync(picture, 'utf8')).toMatch(/<svg[\s\S]*slow/);
    // All rows, however many that are.
    const all = await pyspy('top', '--pid', String(target.pid), '--duration', '2.5s', '--limit', '0');
    expect(all).toMatchObject({ status: 0, stdout: expect.stringContaining('<module>') });
    const other = join(workFolder(), 'command.svg');
    const ofCommand = await pyspy(
      `--flame=${other}`,
      '--',
      ...(await commandOf(python, 'share.py', '1', '0', '7')),
    );
    expect(ofCommand).toMatchObject({ status: 7, stderr: expect.stringContaining(`wrote ${other}`) });
    expect(readFileSync(other, 'utf8')).toMatch(/<svg[\s\S]*slow/);
    // A command that goes on after --duration is not waited for with the picture.
    const long = join(workFolder(), 'long.svg');
    const going = startPyspy([
      '--flame',
      long,
      '--duration',
      '1s',
      '--',
      ...(await commandOf(python, 'share.py')),
    ]);
    await until('the picture is there', () => existsSync(long));
    expect(going.outcome).toBeNull();
    going.kill('SIGTERM');
    expect((await going.exited).status).toBe(143);
    const failed = await pyspy('--flame', long, '--', 'sh', '-c', 'exit 3');
    expect(failed).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/without having been a Python/),
    });
  });
});

/** Pid of the pyspy that was told to look at a process. */
function recorderOf(target: number): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[1] === cli && words.includes(String(target));
      } catch {
        return false;
      }
    });
}
