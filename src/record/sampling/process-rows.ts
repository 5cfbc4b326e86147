/**
 * The newest row of each pid. Those of processes that were let go are remembered for a while: one whose interpreter could
 * not be read for a moment comes back, and children can come after their parent. A server can start a child for each
 * request, so how many is limited.
 */

/** Rows of processes that were let go which are remembered. */
const maxLeft = 1000;
/** Threads of them all; those of the last one are remembered, however many. */
const maxLeftThreads = 20_000;

interface HasThreads {
  readonly leftThreads: { readonly size: number };
}

export class ProcessRows<Row extends HasThreads> {
  readonly #rows = new Map<number, Row>();
  /** By pid, how many threads each process had that was let go, the last one last; and the sum. */
  readonly #left = new Map<number, number>();
  #leftThreads = 0;
  readonly #forgotten: (row: Row) => void;

  /** @param forgotten told of each row that is not handed out again */
  constructor(forgotten: (row: Row) => void = () => {}) {
    this.#forgotten = forgotten;
  }

  /** How many rows there are. */
  get size(): number {
    return this.#rows.size;
  }

  get(pid: number): Row | undefined {
    return this.#rows.get(pid);
  }

  /** Takes a row for that of a process that is followed from now on. */
  set(pid: number, row: Row): void {
    this.#forget(pid);
    this.#rows.set(pid, row);
  }

  /** The process is followed again. */
  takeBack(pid: number): void {
    this.#leftThreads -= this.#left.get(pid) ?? 0;
    this.#left.delete(pid);
  }

  /** The process is followed no longer: others that were let go before are forgotten if they are too many. */
  letGo(pid: number): void {
    this.takeBack(pid);
    const threads = this.#rows.get(pid)?.leftThreads.size ?? 0;
    this.#left.set(pid, threads);
    this.#leftThreads += threads;
    while (this.#left.size > maxLeft || (this.#leftThreads > maxLeftThreads && this.#left.size > 1)) {
      const [oldest] = this.#left.keys();
      this.#forget(oldest!);
    }
  }

  #forget(pid: number): void {
    const row = this.#rows.get(pid);
    this.takeBack(pid);
    this.#rows.delete(pid);
    if (row !== undefined) this.#forgotten(row);
  }
}
