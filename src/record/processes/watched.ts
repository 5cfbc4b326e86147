/** Processes that are kept in view, each looked at again after a while, and that while doubles as long as nothing changes. */

/** The shortest pause, in ms, and how many there are; the longest is some 26 s. */
const firstPauseMs = 200;
const pauses = 8;
const pauseMs = (level: number): number => firstPauseMs * 2 ** level;

/** Processes that are kept in view; those that come while there are as many are left out. */
const maxProcesses = 100_000;

/** Who is whose parent was read at different times, and can go round in a circle. */
const mostAncestors = 1000;

export interface Watched {
  readonly pid: number;
  readonly startTicks: number;
  readonly parentPid: number;
  /** Differs where another program runs in it, or its command line has changed. */
  readonly program: string;
  readonly stackStart: number;
  /** Whether it is called a Python. */
  readonly isNamedPython: boolean;
  /** Whether it is this process, or was started by it. */
  readonly isOurs: boolean;
  /** Whether it is to be recorded, as far as its command line says. */
  readonly isWanted: boolean;
  /** When this program of it was seen first, in ms. */
  readonly sinceMs: number;
  /** Whether it was recorded before, and lost. */
  wasLost: boolean;
  /** Whether it is known what it is, as long as that runs: a Python that is recorded or cannot be, or none. */
  isSettled: boolean;
  level: number;
  nextMs: number;
}

export class WatchList {
  readonly #all = new Map<number, Watched>();
  /** By pause, in the order in which they are due: those with the same pause are due in the order in which they came. */
  readonly #levels: Map<number, Watched>[] = Array.from({ length: pauses }, () => new Map());
  leftOut = 0;

  get size(): number {
    return this.#all.size;
  }

  get(pid: number): Watched | undefined {
    return this.#all.get(pid);
  }

  /** The nearest of a process and its ancestors that is wanted; null where none is known to be. */
  nearest(pid: number, isWanted: (pid: number) => boolean): number | null {
    let at: number | undefined = pid;
    for (let steps = 0; at !== undefined && steps < mostAncestors; steps++) {
      if (isWanted(at)) return at;
      at = this.get(at)?.parentPid;
    }
    return null;
  }

  /** Takes one in, in the place of what had the pid; it is due at once. @returns false where there are too many */
  add(process: Watched): boolean {
    this.delete(process.pid);
    if (this.#all.size >= maxProcesses) {
      this.leftOut++;
      return false;
    }
    this.#all.set(process.pid, process);
    return true;
  }

  delete(pid: number): void {
    const process = this.#all.get(pid);
    if (process === undefined) return;
    this.#all.delete(pid);
    this.#levels[process.level]!.delete(pid);
  }

  /** Has it looked at again after the next longer pause; `level` where that is another one. */
  defer(process: Watched, nowMs: number, level = process.level + 1): void {
    this.#levels[process.level]!.delete(process.pid);
    process.level = Math.min(level, pauses - 1);
    process.nextMs = nowMs + pauseMs(process.level);
    this.#levels[process.level]!.set(process.pid, process);
  }

  /** It is not looked at again until `defer`. */
  hold(process: Watched): void {
    this.#levels[process.level]!.delete(process.pid);
  }

  /** Those whose pause is over, at most so many. */
  due(nowMs: number, most: number): Watched[] {
    const found: Watched[] = [];
    for (const level of this.#levels)
      for (const process of level.values()) {
        if (process.nextMs > nowMs || found.length >= most) break;
        found.push(process);
      }
    return found;
  }
}
