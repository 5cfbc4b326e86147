/** Starts the user's command with the terminal as its own, and finds the Python that it is or becomes. */
import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { PyspyError, systemErrorCode } from '../errors.js';
import { recentElfCache } from './locate.js';
import { readChildren, readOptional, readStat } from './platform/proc.js';
import { attach, probe, type Target } from './target.js';

/** How often the command and its children are looked at while no Python has been found. */
const lookEveryMs = 4;
/** Children of children are looked at, this many processes at most. */
const maxDescendants = 256;

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
 * @param stdio what it has for stdin, stdout and stderr; the terminal, as we have it, where nothing is said
 * @throws PyspyError of kind "usage" if the command cannot be started
 */
export async function launch(command: readonly string[], stdio: StdioOptions = 'inherit'): Promise<Launched> {
  const child = spawn(command[0]!, command.slice(1), { stdio, ...invoker() });
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
    child.once('error', (error) => {
      const code = systemErrorCode(error);
      const reason =
        code === 'ENOENT'
          ? 'there is no such program on the PATH'
          : code === 'EACCES'
            ? 'it is not executable'
            : String(code ?? error.message);
      reject(
        new PyspyError('usage', `cannot start ${name}: ${reason}`, {
          hint: 'Give the command as you would type it: pyspy record -- python program.py',
          cause: error,
        }),
      );
    });
  });
}

/**
 * Waits until the command, or a process that it started, is a running Python.
 * @param isOver tells that the command has ended
 * @returns null if it ended without having been one
 * @throws PyspyError of kind "target" if it is a Python that cannot be recorded
 */
async function findPython(pid: number, isOver: () => boolean): Promise<Target | null> {
  while (!isOver()) {
    for (const candidate of descendants(pid)) {
      const found = probe(candidate, { cache: recentElfCache(), final: false });
      if (found.kind === 'python') return found.target;
    }
    await sleep(lookEveryMs);
  }
  return null;
}

/**
 * Waits until a command that was started is a running Python.
 * @throws PyspyError of kind "target" if it ended without having been one, or is one that cannot be recorded
 */
export async function awaitPython({ pid, command, isOver }: Launched): Promise<Target> {
  const target = await findPython(pid, isOver);
  if (target === null)
    throw new PyspyError('target', `${command} ended without having been a Python that could be read`, {
      hint: 'Programs that run for less than some 50 ms are too short to be recorded.',
    });
  return target;
}

/** How long a process that was named by its pid, or its descendants, may take to be a Python, in ms. */
const patienceMs = 2000;

/**
 * Finds an interpreter that runs, in a process or, if that is none, in one of its descendants.
 * @throws PyspyError of kind "target" that says why not
 */
export async function attachAmong(pid: number): Promise<Target> {
  const untilMs = Date.now() + patienceMs;
  const found = await findPython(pid, () => Date.now() > untilMs || readStat(pid) === null);
  // What is wrong with the process itself, this says best.
  return found ?? attach(pid);
}

/** The process itself, then its children, and theirs. */
function descendants(pid: number): number[] {
  const all = [pid];
  for (let i = 0; i < all.length && all.length < maxDescendants; i++) all.push(...readChildren(all[i]!));
  return all;
}
