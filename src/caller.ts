/**
 * What this process was given by the one that started it, as it was: Node shows words as text, which changes what is not
 * UTF-8, and resets signals and limits when it starts. bin/pyspy.js tells of those (PYSPY_CALLER).
 */
import { constants } from 'node:os';
import type { System } from './platform/platform.js';
import { currentSystem } from './platform/system.js';

export interface Caller {
  /** Numbers of the signals that were ignored; none where it is not known (`node bin/pyspy.js`). */
  readonly ignored: ReadonlySet<number>;
  /** Soft limit of open files (RLIMIT_NOFILE), Infinity for none; null where it is not known. */
  readonly openFiles: number | null;
  /** "NAME=value" each. */
  readonly environment: readonly Buffer[];
}

/** The variable that bin/pyspy.js sets: its pid, the mask of ignored signals, the limit, the environment in base64. */
const variable = 'PYSPY_CALLER';

/** What ends the work of pyspy itself: a recording, a picture, a query. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals that end a program which does not say otherwise, and that pyspy listens to. */
const listenedTo = [...endingSignals, 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

let known: Caller | undefined;

/** The same answer every time. */
export function readCaller(): Caller {
  known ??= parseCaller(process.env[variable], process.pid, {
    environment: currentSystem.readOwnEnvironment,
    limits: currentSystem.readOpenFileLimits,
    parentPid: process.ppid,
  });
  return known;
}

/** Where what was not told can be looked up. */
export interface CallerSources {
  readonly environment: () => Buffer;
  readonly limits: System['readOpenFileLimits'];
  readonly parentPid: number;
}

/** @param told the variable; what another process was told (its pid is another one) does not count */
export function parseCaller(told: string | undefined, pid: number, sources: CallerSources): Caller {
  const words = told?.split(' ') ?? [];
  const [mask, files, environ] = words[0] === String(pid) ? words.slice(1) : [];
  const environment = environ && environ !== '-' ? Buffer.from(environ, 'base64') : sources.environment();
  return {
    ignored: new Set(signalsIn(mask)),
    openFiles: files && files !== '-' ? parseLimit(files) : guessOpenFiles(sources),
    environment: splitWords(environment).filter(
      (line) => !line.toString('latin1').startsWith(`${variable}=`),
    ),
  };
}

/** Bit n - 1 of a mask stands for signal n (proc(5), SigIgn). */
function* signalsIn(mask: string | undefined): Iterable<number> {
  if (mask === undefined || !/^[0-9a-f]{1,16}$/.test(mask)) return;
  const bits = BigInt(`0x${mask}`);
  for (let number = 1; number <= 64; number++) if ((bits >> BigInt(number - 1)) & 1n) yield number;
}

/** Node has raised its own to the hard limit; the parent's is the same as ours was, if their hard limits are the same. */
function guessOpenFiles({ limits, parentPid }: CallerSources): number | null {
  const own = limits('self');
  const parent = limits(parentPid);
  if (own === null || parent === null) return null;
  return parent.hard === own.hard ? parent.soft : own.soft;
}

function parseLimit(text: string): number | null {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * Words of this command line as they were typed.
 * @param words the last of them, as Node gives them
 * @returns their bytes
 */
export function bytesOfLastWords(words: readonly string[]): Buffer[] {
  const raw = splitWords(currentSystem.readOwnCommand()).slice(-words.length);
  return words.map((word, i) => (raw[i]?.toString() === word ? raw[i] : Buffer.from(word)));
}

/** Splits arguments and variables: each ends with a zero. */
function splitWords(bytes: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const zero = bytes.indexOf(0, from);
    const end = zero < 0 ? bytes.length : zero;
    words.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return words;
}

/** What the caller had ignored goes on being ignored (nohup; SIGINT of a job in the background of a script). */
export function keepIgnored(): void {
  for (const name of listenedTo) if (isIgnored(name)) process.on(name, () => {});
}

/** Whether a signal is no concern of this process: its handlers are not to be installed. */
function isIgnored(name: NodeJS.Signals): boolean {
  return readCaller().ignored.has(constants.signals[name]);
}

/** Has `take` called for each of these signals that the caller did not ignore. @returns what ends that */
export function onSignals(
  names: readonly NodeJS.Signals[],
  take: (signal: NodeJS.Signals) => void,
): () => void {
  const heard = names.filter((name) => !isIgnored(name));
  for (const name of heard) process.on(name, take);
  return () => {
    for (const name of heard) process.off(name, take);
  };
}

/**
 * Ends this process as a signal does that nobody listens to. Windows has no such end: there its status says it, as a shell
 * says it of others. A handler of ours must be gone.
 */
export function endBySignal(signal: NodeJS.Signals): void {
  if (process.platform === 'win32') process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}
