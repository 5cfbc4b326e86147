/** Starts the user's command with the terminal as its own, as it would be started without us. */
import { constants } from 'node:os';
import { bytesOfLastWords, readCaller } from '../../caller.js';
import { currentPlatform } from '../../platform/index.js';
import type { ProcessEnd, SpawnOptions } from '../../platform/processes.js';
import { awaitEnd, expectChildren } from '../processes/children.js';
import { adoptOrphans } from './adoption.js';
import { explainStart, findProgram } from './command-check.js';
import { GroupSignals } from './group-signals.js';
import { findInvoker, type Invoker } from './invoker.js';
import { type IsMeant, SignalRelay } from './signal-relay.js';

export interface Launched {
  readonly pid: number;
  /** Its first word. */
  readonly command: string;
  /** The exit status as a shell gives it: 128 + the signal for a command that was killed. */
  readonly exited: Promise<number>;
  /** Whether it has ended, as far as is known. */
  isOver(): boolean;
  /**
   * Passes signals on that this process gets and the command does not.
   * @param isMeant called once for each: whether the command is to have it
   * @returns what ends that
   */
  relay(names: readonly NodeJS.Signals[], isMeant: IsMeant): () => void;
  /** Asks it to end (SIGTERM); if it does because of that, its exit status is 0. */
  stop(): void;
}

/** Who is to know what is started. */
export interface LaunchWatcher {
  /** Told at once of a command that runs. */
  search(command: { readonly pid: number; readonly command: string }): void;
  /** Told of a child that is no part of it. */
  disregard(pid: number): void;
}

/**
 * Processes that it leaves behind become children of this one.
 * @param command the last words of this command line
 * @param stdio what it has for stdin, stdout and stderr; ours where nothing is said
 * @throws PyspyError of kind "usage" if the command cannot be started
 */
export function launch(
  command: readonly string[],
  watcher: LaunchWatcher,
  stdio: SpawnOptions['stdio'] = [0, 1, 2],
): Launched {
  const name = command[0]!;
  expectChildren();
  adoptOrphans();
  const group = new GroupSignals((pid) => watcher.disregard(pid));
  let pid: number;
  try {
    pid = start(bytesOfLastWords(command), stdio);
  } catch (error) {
    group.end();
    throw error;
  }
  watcher.search({ pid, command: name });
  let end: ProcessEnd | null = null;
  let isStopped = false;
  const exited = awaitEnd(pid).then((ended) => {
    end = ended;
    group.end();
    if (ended.signal === null) return ended.code ?? 0;
    return isStopped && ended.signal === constants.signals.SIGTERM ? 0 : 128 + ended.signal;
  });
  const isOver = (): boolean => end !== null;
  const signal = (which: NodeJS.Signals): void => {
    // Not reaped as yet, it cannot be another process.
    if (!isOver()) process.kill(pid, which);
  };
  const relay = new SignalRelay({ pid, isOver, signal }, group);
  return {
    pid,
    command: name,
    exited,
    isOver,
    relay: (names, isMeant) => relay.relay(names, isMeant),
    stop: () => {
      isStopped = true;
      signal('SIGTERM');
    },
  };
}

/** @returns its pid @throws PyspyError that says why it cannot be started */
function start(words: readonly Buffer[], stdio: SpawnOptions['stdio']): number {
  const { ignored, openFiles, environment } = readCaller();
  const invoker = findInvoker();
  const spawn = (program: Buffer, args: readonly Buffer[]): number => {
    const options: SpawnOptions = {
      program,
      words: args,
      environment: invoker === null ? environment : environmentOf(invoker, environment),
      stdio,
      ignored,
      blocks: false,
      openFiles,
    };
    const { spawnProgram, withRightsOf } = currentPlatform();
    return invoker === null ? spawnProgram(options) : withRightsOf(invoker, () => spawnProgram(options));
  };
  let pid = spawn(words[0]!, words);
  if (pid === -constants.errno.ENOEXEC) {
    // As execvp(3) and shells do: a text without a first line that says otherwise is a script of the shell.
    const script = findProgram(words[0]!) ?? words[0]!;
    pid = spawn(Buffer.from('/bin/sh'), [Buffer.from('sh'), script, ...words.slice(1)]);
  }
  if (pid > 0) return pid;
  throw explainStart(words[0]!, -pid);
}

function environmentOf({ name, home }: Invoker, environment: readonly Buffer[]): Buffer[] {
  const changed = { USER: name, LOGNAME: name, ...(home === null ? {} : { HOME: home }) };
  const isChanged = (line: Buffer): boolean =>
    Object.keys(changed).some((variable) => line.toString('latin1').startsWith(`${variable}=`));
  return [
    ...environment.filter((line) => !isChanged(line)),
    ...Object.entries(changed).map(([variable, value]) => Buffer.from(`${variable}=${value}`)),
  ];
}
