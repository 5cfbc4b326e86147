/** Starts programs by Node's own means: on Windows words and variables are text, and nothing else is inherited than descriptors. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { systemErrorCode } from '../../errors.js';
import type { ProcessEnd, SpawnOptions } from '../processes.js';

const children = new Map<number, ChildProcess>();

/** As `Platform.spawnProgram`. */
export function spawnProgram({ program, words, environment, stdio }: SpawnOptions): number {
  let child: ChildProcess;
  try {
    child = spawn(program.toString(), words.slice(1).map(String), {
      argv0: words[0]!.toString(),
      env: Object.fromEntries(environment.map((line) => splitVariable(line.toString()))),
      stdio: [...stdio],
    });
  } catch (error) {
    return -errnoOf(error);
  }
  // What is wrong with a path is told later, and as this.
  child.on('error', () => {});
  if (child.pid === undefined) return -constants.errno.ENOENT;
  children.set(child.pid, child);
  // Windows has no such signal; who waits for an end (children.ts) listens to it.
  child.once('exit', () => process.emit('SIGCHLD', 'SIGCHLD'));
  return child.pid;
}

function errnoOf(error: unknown): number {
  const code = systemErrorCode(error);
  return constants.errno[code as keyof typeof constants.errno] ?? constants.errno.EINVAL;
}

/** The name of a variable may begin with "=" ("=C:"). */
function splitVariable(line: string): [string, string] {
  const at = line.indexOf('=', 1);
  return [line.slice(0, at), line.slice(at + 1)];
}

/** As `Platform.reap`. */
export function reap(pid: number): ProcessEnd | null {
  const child = children.get(pid);
  if (child === undefined) return { code: 255, signal: null };
  const { exitCode, signalCode } = child;
  if (exitCode === null && signalCode === null) return null;
  children.delete(pid);
  return { code: exitCode, signal: signalCode === null ? null : constants.signals[signalCode] };
}
