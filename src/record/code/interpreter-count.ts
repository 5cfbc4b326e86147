/**
 * A 32-bit count of events that an interpreter keeps (code objects made, copies of bytecode given away). It is read with
 * everything else: if it is the same, there was no such event.
 */
import type { RangeList } from '../../platform/memory.js';

export class InterpreterCount {
  readonly #place: number | null;
  /** Where the count stands if it is one for all interpreters. */
  readonly #address: number | null;
  /** Where the planned words land, and what they said last. */
  readonly #offsets: number[] = [];
  readonly #seen: number[] = [];

  /**
   * @param place offset of the count from an interpreter's address; "variable" for one count that all share; null for none
   * @param address of that variable; null where it is not known
   */
  constructor(place: number | 'variable' | null, address: number | null = null) {
    this.#place = place === 'variable' ? null : place;
    this.#address = place === 'variable' ? address : null;
  }

  /** The largest that was seen last; 0 if none was. */
  get largest(): number {
    let largest = 0;
    for (const count of this.#seen) if (count > largest) largest = count;
    return largest;
  }

  /** Adds the counts to what is read; what they are to vouch for stands before them in the list. */
  plan(ranges: RangeList, interpreters: readonly number[]): void {
    if (this.#offsets.length > 0) this.#offsets.length = 0;
    if (this.#address !== null) this.#add(ranges, this.#address);
    if (this.#place !== null)
      for (const interpreter of interpreters) this.#add(ranges, interpreter + this.#place);
  }

  /**
   * Takes what the planned read brought.
   * @returns whether all counts are as they were; false where there is none, or one is 0, as what could not be read is
   */
  isSame(words: Uint32Array): boolean {
    const offsets = this.#offsets;
    const seen = this.#seen;
    let isSame = offsets.length === seen.length && offsets.length > 0;
    for (let i = 0; i < offsets.length; i++) {
      const count = words[offsets[i]! >>> 2]!;
      if (count !== seen[i] || count === 0) isSame = false;
      seen[i] = count;
    }
    if (seen.length > offsets.length) seen.length = offsets.length;
    return isSame;
  }

  #add(ranges: RangeList, address: number): void {
    // Whole words, so that later ranges are aligned.
    const inside = address % 8;
    this.#offsets.push(ranges.add(address - inside, 8) + inside);
  }
}
