/**
 * A process and all that it started, and what those started. The system says which pid it gave away last,
 * so that asking for new ones costs next to nothing while none is started, and few reads when some are.
 */
import { currentPlatform } from '../../platform/index.js';
import type { ProcessStat } from '../../platform/processes.js';
import { isHelper } from './children.js';

/** Further from the last id than this, all processes are listed. */
const maxSteps = 512;
/** Processes that are kept in view; those that come while there are as many are left out. */
const maxProcesses = 10_000;

export interface TreeProcess {
  readonly pid: number;
  readonly startTicks: number;
  /** That started it. */
  readonly parentPid: number;
}

export class ProcessTree {
  readonly #known = new Map<number, TreeProcess>();
  #lastPid: number;
  #leftOut = 0;

  /** Whose children belong to it although it does not. */
  readonly #adopter: number | null;

  /**
   * @param root pid of the process at the top, which need not be there any more
   * @param adopter pid of a process that adopts what those below the root leave behind (adoption.ts); null for none
   */
  constructor(root: number, adopter: number | null = null) {
    this.#adopter = adopter;
    this.#lastPid = currentPlatform().readNewestId();
    const stat = currentPlatform().readStat(root);
    if (stat !== null && !isOver(stat))
      this.#known.set(root, { pid: root, startTicks: stat.startTicks, parentPid: stat.parentPid });
    else if (adopter === null) return;
    this.#adopt(currentPlatform().listProcesses());
  }

  /** All that are in view, parents before their children. */
  get processes(): Iterable<TreeProcess> {
    return this.#known.values();
  }

  /** Whether all of them are gone, as far as `prune` has seen. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  get(pid: number): TreeProcess | undefined {
    return this.#known.get(pid);
  }

  /** How many were left out, since there were too many at one time. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The processes that came since the last call. */
  findNew(): TreeProcess[] {
    const last = currentPlatform().readNewestId();
    if (last === this.#lastPid) return [];
    const steps = last - this.#lastPid;
    const pids =
      steps > 0 && steps <= maxSteps
        ? Array.from({ length: steps }, (_, i) => this.#lastPid + 1 + i)
        : currentPlatform().listProcesses();
    this.#lastPid = last;
    return this.#adopt(pids);
  }

  /** Lets go of those that have ended. @returns them */
  prune(): TreeProcess[] {
    const gone: TreeProcess[] = [];
    for (const process of this.#known.values()) {
      const stat = currentPlatform().readStat(process.pid);
      if (stat === null || stat.startTicks !== process.startTicks || isOver(stat)) gone.push(process);
    }
    for (const { pid } of gone) this.#known.delete(pid);
    return gone;
  }

  /** Takes those into view whose parent is: again and again, since pids wrap and a child's can be the smaller one. */
  #adopt(pids: readonly number[]): TreeProcess[] {
    const added: TreeProcess[] = [];
    const candidates = new Map<number, ProcessStat>();
    for (const pid of pids) {
      const stat = currentPlatform().readStat(pid);
      if (stat === null || isOver(stat)) continue;
      // The same number again is another process.
      if (this.#known.get(pid)?.startTicks !== stat.startTicks) candidates.set(pid, stat);
    }
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const [pid, { parentPid, startTicks }] of candidates) {
        const isOurs = this.#known.has(parentPid) || (parentPid === this.#adopter && !isHelper(pid));
        if (!isOurs) continue;
        candidates.delete(pid);
        if (this.#known.size >= maxProcesses) {
          this.#leftOut++;
          continue;
        }
        // Threads have numbers of the same series, and a directory that is only not listed.
        if (!currentPlatform().isProcess(pid)) continue;
        const process = { pid, startTicks, parentPid };
        this.#known.delete(pid);
        this.#known.set(pid, process);
        added.push(process);
        isDone = false;
      }
    }
    return added;
  }
}

function isOver({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}
