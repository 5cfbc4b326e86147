/** Runs the built command line as a process of its own. */
import type { SpawnOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { DumpResult, DumpThread } from '../../src/format/dump-result.js';
import type { InfoResult } from '../../src/replay/answers/info.js';
import type { TopResult } from '../../src/replay/answers/top.js';
import { expectSchema } from '../commands/schemas.js';
import { Child, type Outcome } from './child.js';
import { atEnd } from './scope.js';

const cli = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));

/** Starts pyspy; the test kills it at its end. */
export function startPyspy(args: readonly string[], options: SpawnOptions = {}): Child {
  const child = new Child([process.execPath, cli, ...args], options);
  atEnd(() => child.stop());
  return child;
}

/** Runs pyspy behind other commands: setpriv, sh. */
export function startBehind(command: readonly string[], args: readonly string[]): Child {
  const child = new Child([...command, process.execPath, cli, ...args]);
  atEnd(() => child.stop());
  return child;
}

/** The command as it is installed: started by its first line, with this Node first on the PATH. */
export function installed(): string[] {
  return ['env', `PATH=${dirname(process.execPath)}:${process.env.PATH}`, cli];
}

/** Starts pyspy as it is installed, behind other commands (nohup, sh); the test kills it at its end. */
export function startInstalled(
  behind: readonly string[],
  args: readonly string[],
  options: SpawnOptions = {},
): Child {
  const child = new Child([...behind, ...installed(), ...args], options);
  atEnd(() => child.stop());
  return child;
}

/** Runs pyspy to its end, with nothing on its standard input. */
export async function pyspy(...args: string[]): Promise<Outcome> {
  const child = startPyspy(args);
  child.process.stdin!.end();
  return child.exited;
}

/** Runs pyspy to its end, which must be a good one. */
export async function pyspyWell(...args: string[]): Promise<Outcome> {
  const outcome = await pyspy(...args);
  expect(outcome, `pyspy ${args.join(' ')}`).toMatchObject({ status: 0 });
  return outcome;
}

interface Results {
  readonly top: TopResult;
  readonly info: InfoResult;
  readonly dump: DumpResult;
}

/** What a command says with --json, checked against its schema. */
export async function ask<C extends keyof Results>(command: C, ...args: string[]): Promise<Results[C]> {
  const { stdout } = await pyspyWell(command, ...args, '--json');
  const value: Results[C] = JSON.parse(stdout);
  expectSchema(command, value);
  return value;
}

/** The threads of a live process. */
export async function dumpThreads(pid: number): Promise<DumpThread[]> {
  const { processes } = await ask('dump', '--pid', String(pid));
  expect(processes.map((process) => process.pid)).toEqual([pid]);
  return processes[0]!.threads;
}

/** A folder for the files of a test, gone when it is over. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-live-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Name of a trace in a folder of its own. */
export function traceName(): string {
  return join(workFolder(), 'run.trace');
}

/** Windows of a trace, in seconds, as --from and --to take them. */
export function window(fromS: number, toS: number): string[] {
  return ['--from', `${fromS.toFixed(4)}s`, '--to', `${toS.toFixed(4)}s`];
}
