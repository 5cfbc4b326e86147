/**
 * Stretches of memory that hold what identifies several code objects: those of one module often lie close together, and a
 * range costs about as much as reading a kilobyte or two.
 */
import type { RangeList } from '../../platform/memory.js';

/** Longest stretch, but for what reaches over its end. Below the size of a page: both ends are mapped, and so is all between. */
const areaBytes = 2048;

/** One stretch, from the first to the last byte that is needed of it. */
export class CodeArea {
  readonly key: number;
  /** Whether something in it was found gone: its code objects are to be asked for anew. */
  retired = false;
  #start: number;
  #end: number;
  #plannedRead = -1;
  #offset = 0;
  #plannedStart = 0;

  constructor(key: number, start: number, end: number) {
    this.key = key;
    this.#start = start;
    this.#end = end;
  }

  /** Makes room for some bytes, from the next plan on. */
  extend(start: number, end: number): void {
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, end);
  }

  /** Adds it to what is read; once for each read, which has a number. */
  plan(ranges: RangeList, read: number): void {
    if (this.#plannedRead === read) return;
    this.#plannedRead = read;
    this.#plannedStart = this.#start;
    this.#offset = ranges.add(this.#start, this.#end - this.#start);
  }

  /** Where an address of it lands in the buffer. */
  offsetOf(address: number): number {
    return this.#offset + (address - this.#plannedStart);
  }
}

export class CodeAreas {
  readonly #areas = new Map<number, CodeArea>();

  /** The stretch for some bytes, which all their neighbours share. */
  at(start: number, length: number): CodeArea {
    const key = Math.floor(start / areaBytes);
    const area = this.#areas.get(key);
    if (area !== undefined) {
      area.extend(start, start + length);
      return area;
    }
    const made = new CodeArea(key, start, start + length);
    this.#areas.set(key, made);
    return made;
  }

  retire(area: CodeArea): void {
    area.retired = true;
    if (this.#areas.get(area.key) === area) this.#areas.delete(area.key);
  }

  clear(): void {
    for (const area of this.#areas.values()) area.retired = true;
    this.#areas.clear();
  }
}
