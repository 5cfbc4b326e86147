/** What runs that were killed leave behind: the next one removes it, and nothing else. */
import { spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeTemporaryFolder, removeLeftovers, unfinishedName } from '../../../src/format/files/leftovers.js';
import { currentSystem } from '../../../src/platform/system.js';
import { runCli } from '../../commands/run-cli.js';
import { TraceBuilder } from '../trace-builder.js';

let directory: string;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-leftovers-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
/** This boot and this process, as they stand in names; and a process that started with the machine, and is gone. */
const [, ownBoot, ownStart] = /\.([0-9a-f]{8})-([0-9a-f]+)-[0-9a-f]{8}\.tmp$/.exec(unfinishedName('x'))!;
const gone = '7';

const minutes = (count: number) => count * 60;

/** Makes it look as if nobody had written to it for so many seconds. */
function age(path: string, seconds: number): void {
  const then = Date.now() / 1_000 - seconds;
  utimesSync(path, then, then);
}

function leave(name: string, seconds: number): string {
  writeFileSync(at(name), 'half');
  age(at(name), seconds);
  return name;
}

function leaveFolder(name: string, seconds: number, inside = seconds): string {
  mkdirSync(at(name), { mode: 0o700 });
  writeFileSync(join(at(name), 'run.trace'), 'half');
  age(join(at(name), 'run.trace'), inside);
  age(at(name), seconds);
  return name;
}

/** A process in whose clock tick (10 ms) no other one started that still runs: names tell them apart by that alone. */
function startAlone() {
  for (;;) {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const start = currentSystem.readStartTicks(child.pid!)!;
    const others = currentSystem.listProcesses().filter((pid) => pid !== child.pid);
    if (!others.some((pid) => currentSystem.readStartTicks(pid) === start)) return { child, start };
    child.kill('SIGKILL');
  }
}

function record(path: string): void {
  const trace = new TraceBuilder(path);
  const thread = trace.thread(trace.process(), 'MainThread');
  const stack = trace.stack([{ name: 'work', file: 'a.py', firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 20; tick++) trace.tick(tick * 10e6, [{ thread, stack }]);
  trace.end();
}

/** What is left of a killed run, under each kind of name. */
const leftovers = () => [
  leave(`run.trace.${ownBoot}-${gone}-0123abcd.tmp`, minutes(11)),
  leave(`run.trace.${ownBoot}-${gone}-0123abcd.tmp-journal`, minutes(11)),
  leave(`.other.svg.${ownBoot}-${gone}-0123abce.tmp`, minutes(11)),
  leave(`yesterday.trace.00ffee00-${gone}-0123abcf.tmp`, minutes(60 * 25)),
];

describe('left behind', () => {
  test.each<[string, (output: string) => unknown]>([
    ['record', record],
    ['flame', (output) => runCli('flame', at('a.trace'), '-o', output)],
    ['export', (output) => runCli('export', at('a.trace'), '-f', 'folded', '-o', output)],
    ['cut', (output) => runCli('cut', at('a.trace'), '--from', '50%', '-o', output)],
    ['pack', (output) => runCli('pack', at('a.trace'), '-o', output)],
  ])('by a run that was killed, it is removed by %s', async (_, write) => {
    record(at('a.trace'));
    const left = leftovers();
    for (const name of left) expect(existsSync(at(name))).toBe(true);
    await write(at('out'));
    expect(readdirSync(directory).sort()).toEqual(['a.trace', 'out']);
  });

  test('in the folder for temporary files it is removed by the next who needs one', () => {
    vi.stubEnv('TMPDIR', directory);
    const old = leaveFolder(`pyspy-${ownBoot}-${gone}-0123abcd-Ab3dEf`, minutes(11));
    const folder = makeTemporaryFolder();
    expect(existsSync(at(old))).toBe(false);
    expect(readdirSync(directory)).toEqual([basename(folder)]);
    // Whose process lives, it stays.
    age(folder, minutes(60 * 48));
    removeLeftovers(directory);
    expect(existsSync(folder)).toBe(true);
  });

  test('it stays where somebody may still need it', () => {
    const staying = [
      leave(`run.trace.${ownBoot}-${gone}-0123abcd.tmp`, minutes(9)),
      leave(`run.trace.${ownBoot}-${ownStart}-0123abcd.tmp`, minutes(60 * 48)),
      leave(`run.trace.00ffee00-${gone}-0123abcd.tmp`, minutes(60 * 23)),
      leaveFolder(`pyspy-${ownBoot}-${gone}-0123abcd-Ab3dEf`, minutes(60), minutes(1)),
    ];
    removeLeftovers(directory);
    expect(readdirSync(directory).sort()).toEqual(staying.sort());
  });

  test('nothing else is touched, however similar its name', () => {
    const mark = `${ownBoot}-${gone}-0123abcd`;
    const staying = [
      leave('run.trace', minutes(60 * 48)),
      leave('run.trace.0123abcd.tmp', minutes(60 * 48)),
      leave(`run.trace.${mark}.tmp.gz`, minutes(60 * 48)),
      leave(`pyspy-${mark}-Ab3dEf`, minutes(60 * 48)),
      leaveFolder(`run.trace.${mark}.tmp`, minutes(60 * 48)),
      leaveFolder(`pyspy-${mark}-Ab3dEf-mine`, minutes(60 * 48)),
    ];
    mkdirSync(at('kept'));
    writeFileSync(join(at('kept'), 'precious'), '');
    symlinkSync(at('kept'), at(`pyspy-${ownBoot}-${gone}-0123abce-Ab3dEf`));
    symlinkSync(at('run.trace'), at(`link.${ownBoot}-${gone}-0123abce.tmp`));
    removeLeftovers(directory);
    expect(readdirSync(directory)).toHaveLength(staying.length + 3);
    expect(readdirSync(at('kept'))).toEqual(['precious']);
  });

  test.skipIf(!isRoot)('by another user it stays', () => {
    const name = leave(`run.trace.${ownBoot}-${gone}-0123abcd.tmp`, minutes(60 * 48));
    const folder = leaveFolder(`pyspy-${ownBoot}-${gone}-0123abcd-Ab3dEf`, minutes(60 * 48));
    for (const other of [name, folder]) chownSync(at(other), 65_534, 65_534);
    removeLeftovers(directory);
    expect(readdirSync(directory).sort()).toEqual([folder, name]);
  });

  test('where the system tells neither owners nor processes, it is removed after a day', () => {
    const system = { geteuid: process.geteuid };
    Object.assign(process, { geteuid: undefined });
    const blind = [
      vi.spyOn(currentSystem, 'readBootId').mockReturnValue(undefined),
      vi.spyOn(currentSystem, 'listProcesses').mockReturnValue([]),
      vi.spyOn(currentSystem, 'readStartTicks').mockReturnValue(null),
      vi.spyOn(currentSystem, 'seesEveryProcess').mockReturnValue(false),
    ];
    try {
      const staying = leave('run.trace.00000000-0-0123abcd.tmp', minutes(60 * 23));
      leave('run.trace.00000000-0-0123abce.tmp', minutes(60 * 25));
      removeLeftovers(directory);
      expect(readdirSync(directory)).toEqual([staying]);
    } finally {
      Object.assign(process, system);
      for (const spy of blind) spy.mockRestore();
    }
  });

  test('while its process lives it stays, and is removed when that is gone', async () => {
    const { child, start } = startAlone();
    try {
      const name = leave(`run.trace.${ownBoot}-${start.toString(16)}-0123abcd.tmp`, minutes(60));
      removeLeftovers(directory);
      expect(existsSync(at(name))).toBe(true);
      const over = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await over;
      removeLeftovers(directory);
      expect(existsSync(at(name))).toBe(false);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
