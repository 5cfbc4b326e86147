/**
 * Limits what the search for an interpreter in one process reads: memory can be laid out so that every word of it has to be
 * looked into, and each leads to a list of tens of thousands of threads.
 */
import type { Memory, ReadFault } from '../../platform/memory.js';

/** A process with 60,000 threads, whose list is read a few times, takes half of it; usual ones a few hundred. */
const maxReads = 500_000;
const maxBytes = 96 << 20;

/** How many reads go by between two questions whether to go on. */
const asksEvery = 64;

export class SearchBudget implements Pick<Memory, 'peek' | 'fault'> {
  readonly #memory: Pick<Memory, 'peek' | 'fault'>;
  readonly #isOver: () => boolean;
  #reads = 0;
  #bytes = 0;
  /** Whether there was not enough: what was not found by then may be there all the same. */
  isSpent = false;

  /** @param isOver whether the result is no longer wanted */
  constructor(memory: Pick<Memory, 'peek' | 'fault'>, isOver: () => boolean = () => false) {
    this.#memory = memory;
    this.#isOver = isOver;
  }

  /** Out of reach once it is spent: searches end then. */
  get fault(): ReadFault | null {
    return this.isSpent ? 'gone' : this.#memory.fault;
  }

  peek(address: number, into: Uint8Array): boolean {
    this.#bytes += into.byteLength;
    if (++this.#reads > maxReads || this.#bytes > maxBytes) this.isSpent = true;
    if (this.#reads % asksEvery === 0 && this.#isOver()) this.isSpent = true;
    return !this.isSpent && this.#memory.peek(address, into);
  }
}
