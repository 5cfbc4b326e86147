/** Pids and thread ids for formats in which they tell tracks apart: a merged trace may have two of a number. */
import type { StoredThread } from '../../format/reading/thread-rows.js';

/** What is not the system's own number begins here. */
const ownNumbers = 2 ** 31;

export class TrackNumbers {
  readonly #pids = new Map<number, number>();
  readonly #takenPids = new Set<number>([0]);
  readonly #takenTids = new Set<string>();

  /** Asked once for each thread. */
  of({ id, osId, process }: StoredThread): { pid: number; tid: number; isNewProcess: boolean } {
    let pid = this.#pids.get(process.id);
    const isNewProcess = pid === undefined;
    if (pid === undefined) {
      pid = this.#takenPids.has(process.pid) ? ownNumbers + process.id : process.pid;
      this.#takenPids.add(pid);
      this.#pids.set(process.id, pid);
    }
    const isFree = osId !== null && !this.#takenTids.has(`${pid} ${osId}`);
    const tid = isFree ? osId : ownNumbers + id;
    this.#takenTids.add(`${pid} ${tid}`);
    return { pid, tid, isNewProcess };
  }
}
