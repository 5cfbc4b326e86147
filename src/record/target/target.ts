/** A process to record, found out before the first sample: plain data, so that it can cross to the worker. */
import { systemErrorCode } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import type { Layout } from '../layouts/layout.js';
import { formatVersion } from '../layouts/python-version.js';
import { Peek } from '../memory/peek.js';

import { createElfCache, locate, type StaticVariables } from './locate.js';
import type { ElfCache } from './modules.js';
import { SearchBudget } from './search-budget.js';

export interface Target {
  readonly pid: number;
  /** Start time in clock ticks since boot: the same pid with another one is another process. */
  readonly startTicks: number;
  /** Tells the program that runs in the process from one that it replaced itself by (exec). */
  readonly stackStart: number;
  readonly command: readonly string[];
  readonly executable: string;
  readonly cwd: string;
  readonly pythonVersion: string;
  readonly pythonBuild: string;
  /** Address of _PyRuntime, or of interp_head (to 3.6). */
  readonly runtime: number;
  readonly variables: StaticVariables;
  readonly layout: Layout;
  /** Whether the process sees other pids than we do (a container). */
  readonly namespaced: boolean;
  /** Whether threads that wait for a condition variable are seen to. */
  readonly sleepsOnConditions: boolean;
}

const givenUp = 'the search for its interpreter was given up: too many places in its memory look like one';

/** How a search for an interpreter came out. */
export type Probe =
  | { readonly kind: 'python'; readonly target: Target }
  | {
      readonly kind: 'none';
      readonly reason: string;
      /** Whether the search was given up: to search again costs as much, and finds no more. */
      readonly isGivenUp: boolean;
      /** Whether it has an interpreter in it, which does not run (yet). */
      readonly isPython?: true;
    }
  | { readonly kind: 'gone' };

export interface ProbeOptions {
  /** Kept over several searches of processes that are about to become a Python. */
  readonly cache?: ElfCache;
  /** Whether to wait no longer for what a starting interpreter has not filled in yet; true if left out. */
  readonly final?: boolean;
  /** Whether the result is no longer wanted; asked now and then during the search. */
  readonly isOver?: () => boolean;
}

/**
 * Finds out whether a process is a Python that can be recorded now.
 * @throws PyspyError of kind "target": not allowed, or a Python that is not supported
 */
export function probe(pid: number, options: ProbeOptions = {}): Probe {
  const platform = currentPlatform();
  const stat = platform.readStat(pid);
  if (stat === null || stat.state === 'Z' || stat.state === 'X') return { kind: 'gone' };
  const memory = platform.openMemory(pid);
  try {
    // Asking for a byte tells a refusal from everything else that can go wrong later.
    const first = platform
      .readMaps(pid)
      .find((mapping) => mapping.permissions.startsWith('r') && mapping.inode !== 0);
    if (first && !memory.peek(first.start, new Uint8Array(new ArrayBuffer(8)))) {
      if (memory.fault === 'gone') return { kind: 'gone' };
      if (memory.fault === 'denied') throw platform.explainRefusal(pid);
    }
    const budget = new SearchBudget(memory, options.isOver);
    const result = locate(pid, new Peek(budget), options.cache ?? createElfCache(), options.final ?? true);
    if (budget.isSpent && result.kind !== 'found') return { kind: 'none', reason: givenUp, isGivenUp: true };
    if (result.kind === 'refused') throw result.error;
    if (result.kind === 'none') return { ...result, isGivenUp: false };
    const { runtime, variables, layout, version, sleepsOnConditions } = result.interpreter;
    const target: Target = {
      pid,
      startTicks: stat.startTicks,
      stackStart: stat.stackStart,
      command: platform.readCommand(pid),
      executable: platform.readExecutable(pid),
      cwd: platform.readWorkingDirectory(pid),
      pythonVersion: formatVersion(version),
      pythonBuild: version.build,
      runtime,
      variables,
      layout,
      namespaced: platform.isNamespaced(pid),
      sleepsOnConditions,
    };
    // Reads before and after an exec are of two programs.
    const after = platform.readStat(pid);
    if (after?.startTicks !== stat.startTicks) return { kind: 'gone' };
    if (after.stackStart !== stat.stackStart)
      return { kind: 'none', reason: 'it was just replacing its program by another', isGivenUp: false };
    return { kind: 'python', target };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return { kind: 'gone' };
    if (code === 'EACCES' || code === 'EPERM') throw platform.explainRefusal(pid);
    throw error;
  } finally {
    memory.close();
  }
}
