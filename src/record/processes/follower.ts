/**
 * Looks for the Pythons among a process and its descendants, on the main thread, while the recorder's thread samples those
 * that were found. What is no Python yet is looked at again, less and less often; a program that replaces itself by another
 * (exec) is looked at anew.
 */
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import { recentElfCache } from '../target/locate.js';
import { probe, type Target } from '../target/target.js';
import { copyTarget, mayReplaceItself, ranMs } from './fork-copy.js';
import { ProcessTree, type TreeProcess } from './process-tree.js';
import { Refusals } from './refusals.js';

/** How often new processes are looked for, in ms. */
const lookEveryMs = 10;
/** How often it is looked which have ended or run another program, in ms. */
const checkEveryMs = 500;
/** A process that is no Python is looked at after this time, then after twice that … */
const firstPauseMs = 10;
/** … until it is clear that it is something else. */
const patienceMs = 3000;

/** A process on its way to be recorded, or not. */
interface Waiting {
  readonly process: TreeProcess;
  /** Of the program that runs in it. */
  readonly stackStart: number;
  /** Whether it was found before, and lost. */
  readonly wasLost: boolean;
  readonly sinceMs: number;
  /** Infinity where it is taken for something else than a Python, until it runs another program. */
  nextMs: number;
  pauseMs: number;
}

export interface FollowerOptions {
  readonly root: number;
  /** Whether what the root leaves behind is adopted by this process. */
  readonly adopts: boolean;
  /** A Python among them that was found before. */
  readonly first: Target;
  /** A Python was found; it belongs below `parentPid`, the nearest of its ancestors that is a Python, if there is one. */
  readonly found: (target: Target, parentPid: number | null) => void;
  /** A process is a Python that cannot be recorded; told once for each reason. */
  readonly refused: (error: PyspyError) => void;
  /** The last of the processes is gone. */
  readonly over: () => void;
  /** Nothing more can be followed. */
  readonly failed: (error: unknown) => void;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #tree: ProcessTree;
  readonly #waiting = new Map<number, Waiting>();
  /** The Pythons that were found, by pid. */
  readonly #found = new Map<number, Target>();
  /** How often each process was lost. */
  readonly #losses = new Map<number, number>();
  readonly #refusals: Refusals;
  #timer: NodeJS.Timeout | null = null;
  #checkedMs = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.refused);
    this.#tree = new ProcessTree(options.root, options.adopts ? process.pid : null);
    this.#found.set(options.first.pid, options.first);
    for (const process of this.#tree.processes) if (process.pid !== options.first.pid) this.#await(process);
    this.#update();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** To be called when the recorder lost a process: it has ended, or runs another program. */
  lost(pid: number): void {
    if (!this.#found.delete(pid)) return;
    const process = this.#tree.get(pid);
    if (process === undefined) return;
    this.#await(process, true);
    // One that is lost over and over would fill the trace with rows.
    const losses = (this.#losses.get(pid) ?? 0) + 1;
    this.#losses.set(pid, losses);
    this.#waiting.get(pid)!.nextMs += Math.min(firstPauseMs * 2 ** losses, patienceMs);
  }

  #await(process: TreeProcess, wasLost = false): void {
    const now = performance.now();
    const stackStart = currentPlatform().readStat(process.pid)?.stackStart ?? 0;
    this.#waiting.set(process.pid, {
      process,
      stackStart,
      wasLost,
      sinceMs: now,
      nextMs: now,
      pauseMs: firstPauseMs,
    });
  }

  #update(): void {
    const now = performance.now();
    this.#take();
    for (const waiting of [...this.#waiting.values()]) if (waiting.nextMs <= now) this.#probe(waiting, now);
    if (now - this.#checkedMs >= checkEveryMs) {
      this.#checkedMs = now;
      this.#check();
    }
    // The last one may have left something behind just now.
    if (this.#tree.isEmpty) this.#take();
    if (this.#tree.isEmpty) {
      this.#options.over();
      return;
    }
    this.#timer = setTimeout(() => {
      try {
        this.#update();
      } catch (error) {
        this.#options.failed(error);
      }
    }, lookEveryMs);
  }

  /** Takes in the processes that are new. */
  #take(): void {
    for (const process of this.#tree.findNew()) {
      this.#found.delete(process.pid);
      this.#losses.delete(process.pid);
      this.#await(process);
    }
    if (this.#tree.leftOut > 0) this.#refusals.add(tooMany(), 0);
  }

  #probe(waiting: Waiting, now: number): void {
    const { pid } = waiting.process;
    const ageMs = now - waiting.sinceMs;
    const isFinal = ageMs > patienceMs;
    const original = this.#originalOf(waiting);
    if (original !== null && mayReplaceItself(ageMs, () => ranMs(pid, original.stackStart))) {
      waiting.nextMs = now;
      return;
    }
    let isGivenUp = false;
    try {
      const copy = original !== null && !waiting.wasLost ? copyTarget(original, waiting.process) : null;
      const found = copy === null ? probe(pid, { cache: recentElfCache(), final: isFinal }) : null;
      const target = copy ?? (found?.kind === 'python' ? found.target : null);
      isGivenUp = found?.kind === 'none' && found.isGivenUp;
      if (target !== null) {
        this.#waiting.delete(pid);
        this.#found.set(pid, target);
        this.#options.found(target, this.#parentOf(pid));
        return;
      }
    } catch (error) {
      if (!(error instanceof PyspyError)) throw error;
      this.#refusals.add(error, pid);
      waiting.nextMs = Number.POSITIVE_INFINITY;
      return;
    }
    waiting.nextMs = isFinal || isGivenUp ? Number.POSITIVE_INFINITY : now + waiting.pauseMs;
    waiting.pauseMs *= 2;
  }

  /** Finds those that have ended, and those that run another program than when they were looked at. */
  #check(): void {
    for (const { pid } of this.#tree.prune()) {
      this.#waiting.delete(pid);
      this.#found.delete(pid);
      this.#losses.delete(pid);
    }
    for (const waiting of [...this.#waiting.values()])
      if (currentPlatform().readStat(waiting.process.pid)?.stackStart !== waiting.stackStart)
        this.#await(waiting.process);
  }

  /** The parent, where a process is still what that is: the stack of a program that is started begins at a place of its own. */
  #originalOf({ process, stackStart }: Waiting): Target | null {
    const parent = this.#found.get(process.parentPid);
    return stackStart !== 0 && stackStart === parent?.stackStart ? parent : null;
  }

  #parentOf(pid: number): number | null {
    let parent = this.#tree.get(pid)?.parentPid;
    for (let steps = 0; parent !== undefined && steps < 1000; steps++) {
      if (this.#found.has(parent)) return parent;
      parent = this.#tree.get(parent)?.parentPid;
    }
    return null;
  }
}

function tooMany(): PyspyError {
  return new PyspyError('target', 'some processes, since there are more than 10,000 at one time');
}
