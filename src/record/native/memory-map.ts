/** What a process has mapped, by address. The map is read again where an address is not found in it, and once a second. */
import { currentPlatform } from '../../platform/index.js';
import type { Mapping } from '../../platform/processes.js';

/** Whatever is not found, the map is read no more often; a library may have been loaded, or another have taken its place. */
const leastMs = 100;
const mostMs = 1000;

export class MemoryMap {
  readonly #pid: number;
  #mappings: readonly Mapping[] = [];
  #readMs = Number.NEGATIVE_INFINITY;
  /** Rises with each change that was seen. */
  generation = 0;
  /** Whether, since the caller set it to false, an address was not found in a map that could be out of date. */
  isDoubtful = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** To be called before a look at a stack. */
  renew(): void {
    if (performance.now() - this.#readMs > mostMs) this.#read();
  }

  /** @returns null for what is not mapped, as far as that is known */
  find(address: number): Mapping | null {
    const found = this.known(address);
    if (found !== null) return found;
    if (performance.now() - this.#readMs < leastMs) {
      this.isDoubtful = true;
      return null;
    }
    this.#read();
    return this.known(address);
  }

  #read(): void {
    let mappings: readonly Mapping[] = [];
    try {
      mappings = currentPlatform().readMaps(this.#pid);
    } catch {
      // It is gone, or may not be read any more: the recorder finds that out by itself.
    }
    this.#readMs = performance.now();
    const isSame =
      mappings.length === this.#mappings.length &&
      mappings.every(({ start, end, inode }, i) => {
        const before = this.#mappings[i]!;
        return start === before.start && end === before.end && inode === before.inode;
      });
    this.#mappings = mappings;
    if (!isSame) this.generation++;
  }

  /** The same, without reading it again. */
  known(address: number): Mapping | null {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#mappings[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#mappings[low - 1];
    return found !== undefined && address < found.end ? found : null;
  }
}
