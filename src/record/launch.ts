/** Starts the user's command with the terminal as its own. */
import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PyspyError, systemErrorCode } from '../errors.js';
import { adoptOrphans } from './adoption.js';
import { readOptional, readStat } from './platform/proc.js';
import { lookAmong } from './search.js';
import { attach, type Target } from './target.js';

export interface Launched {
  readonly pid: number;
  /** Its first word. */
  readonly command: string;
  /** The exit status as a shell gives it: 128 + the signal for a command that was killed. */
  readonly exited: Promise<number>;
  /** Whether it has ended, as far as is known. */
  isOver(): boolean;
  /** Sends a signal to the command, if it still runs. */
  signal(name: NodeJS.Signals): void;
  /** Asks it to end (SIGTERM); if it does because of that, its exit status is 0. */
  stop(): void;
}

/**
 * @param started told at once of a command that runs
 * @param adopts whether processes that it leaves behind become children of this one
 * @param stdio what it has for stdin, stdout and stderr; the terminal, as we have it, where nothing is said
 * @throws PyspyError of kind "usage" if the command cannot be started
 */
export async function launch(
  command: readonly string[],
  started: (command: { readonly pid: number; readonly command: string }) => void,
  adopts: boolean,
  stdio: StdioOptions = 'inherit',
): Promise<Launched> {
  let pid: number | undefined;
  if (adopts) adoptOrphans(() => pid);
  const child = spawn(command[0]!, command.slice(1), { stdio, ...invoker() });
  pid = child.pid;
  if (pid !== undefined) started({ pid, command: command[0]! });
  let isStopped = false;
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve(isStopped && signal === 'SIGTERM' ? 0 : status);
    });
  });
  await spawned(child, command[0]!);
  return {
    pid: child.pid!,
    command: command[0]!,
    exited,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name) => child.kill(name),
    stop: () => {
      isStopped = true;
      child.kill('SIGTERM');
    },
  };
}

/**
 * Whom a command runs as: who called sudo, where that is how root came to run this (sudo(8), SUDO_UID). The recorder
 * needs root's rights, the program does not.
 */
function invoker(): SpawnOptions {
  const [uid, gid] = [process.env.SUDO_UID, process.env.SUDO_GID].map(Number);
  const name = process.env.SUDO_USER;
  if (process.geteuid?.() !== 0 || !name || !Number.isSafeInteger(uid) || !Number.isSafeInteger(gid))
    return {};
  const home = readOptional('/etc/passwd')
    ?.split('\n')
    .map((line) => line.split(':'))
    .find((fields) => Number(fields[2]) === uid && fields.length >= 7)?.[5];
  return {
    uid: uid!,
    gid: gid!,
    env: { ...process.env, USER: name, LOGNAME: name, ...(home ? { HOME: home } : {}) },
  };
}

/**
 * Whether a terminal sends its signals to us and the command alike: to all of its foreground process group
 * (proc(5), /proc/PID/stat: pgrp and tpgid).
 */
export function sharesTerminal(): boolean {
  const text = readOptional('/proc/self/stat') ?? '';
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[2] !== undefined && fields[2] === fields[5];
}

/** Whether a process has a handler for a signal (proc(5), /proc/PID/status: SigCgt); without one, most would end it. */
export function catchesSignal(pid: number, name: NodeJS.Signals): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readOptional(`/proc/${pid}/status`) ?? '')?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(constants.signals[name] - 1)) & 1n) === 1n;
}

function spawned(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(cannotStart(name, systemErrorCode(error) ?? error.message, error)));
  });
}

function cannotStart(name: string, code: string, cause?: unknown): PyspyError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such program on the PATH',
    EACCES: 'it is not executable',
  };
  return new PyspyError('usage', `cannot start ${name}: ${reasons[code] ?? code}`, {
    hint: 'Give the command as you would type it: pyspy record -- python program.py',
    cause,
  });
}

/**
 * Looks whether there is such a program at all, before anything gets ready for it (execvp(3)).
 * @throws PyspyError of kind "usage" if there is none
 */
export function checkCommand([name]: readonly string[]): void {
  const places = name!.includes('/') ? [''] : (process.env.PATH?.split(':') ?? null);
  if (places?.every((folder) => !existsSync(join(folder, name!))) === true)
    throw cannotStart(name!, 'ENOENT');
}

/** How long a process that was named by its pid, or its descendants, may take to be a Python, in ms. */
const patienceMs = 2000;
const lookEveryMs = 4;

/**
 * Finds an interpreter that runs, in a process or, if that is none, in one of its descendants.
 * @throws PyspyError of kind "target" that says why not
 */
export async function attachAmong(pid: number): Promise<Target> {
  const untilMs = Date.now() + patienceMs;
  while (Date.now() <= untilMs && readStat(pid) !== null) {
    const found = lookAmong([pid], () => false);
    if (found !== null) return found;
    await sleep(lookEveryMs);
  }
  // What is wrong with the process itself, this says best.
  return attach(pid);
}
