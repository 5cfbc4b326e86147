/**
 * What the kernel copies of a thread itself where an event interrupts it: its registers in user mode, and its stack from there on.
 * It comes through a ring of memory (perf_event_open(2), "MMAP layout"; include/uapi/linux/perf_event.h).
 */
import type { CopiedThread } from '../../interrupts.js';
import { architecture } from '../architecture.js';
import { LinuxClock } from '../clock.js';
import { interruptCalls, mapped, mapShared } from './calls.js';

/** Of a stack at most so many bytes are copied: some hundred frames. A record, which is a little longer, has to fit into the ring. */
export const copiedStackBytes = 48 << 10;
const ringBytes = 64 << 10;
/** In front of the ring: where it begins and ends. */
const pageBytes = 4096;
const [headAt, tailAt] = [1024, 1032];

const PERF_RECORD_SAMPLE = 9;
const PERF_SAMPLE_REGS_ABI_64 = 2;

/** The record is written behind the program's run, within some microseconds. */
const patienceNs = 50e3;

/** Records of other kinds, or of a moment before, that are passed over. */
const mostRecords = 64;

export class StackRing {
  readonly #address: number;
  readonly #control: Uint32Array;
  readonly #ring: Uint32Array;
  readonly #clock = new LinuxClock();
  /** A record in one piece. */
  readonly #record = new Uint32Array(ringBytes / 4);
  readonly #registers: Float64Array;
  #tail = 0;

  /** @returns null where there is no memory for it */
  static open(event: number): StackRing | null {
    const address = mapShared(event, pageBytes + ringBytes);
    return address === null ? null : new StackRing(address);
  }

  private constructor(address: number) {
    this.#address = address;
    this.#control = new Uint32Array(mapped(address, pageBytes));
    this.#ring = new Uint32Array(mapped(address + pageBytes, ringBytes));
    this.#registers = new Float64Array(architecture.interrupts!.registers.count);
  }

  /**
   * Passes over what is in it: it is of a moment before.
   * @param isOwed whether a record is still to come of that moment, which must not be taken for the next: it is waited for, awake
   */
  clear(isOwed: boolean): void {
    if (isOwed) this.#await();
    this.#tail += this.#waiting();
    this.#giveBack();
  }

  /**
   * Waits awake for the next record.
   * @returns null if none comes; else what stays until the next call
   */
  take(): CopiedThread | null {
    for (let records = 0; records < mostRecords; records++) {
      if (!this.#await()) return null;
      const kind = this.#copy();
      this.#giveBack();
      if (kind === PERF_RECORD_SAMPLE) return this.#sample();
      if (kind === null) return null;
    }
    return null;
  }

  /** Nothing that came from it may be used any more. */
  close(): void {
    interruptCalls().munmap(this.#address, pageBytes + ringBytes);
  }

  /** @returns false if nothing has come in time */
  #await(): boolean {
    const untilNs = this.#clock.now() + patienceNs;
    while (this.#waiting() === 0) if (this.#clock.now() >= untilNs) return false;
    return true;
  }

  /** Bytes that were written and not taken. Seen by this, the bytes are there, too (x86-64). */
  #waiting(): number {
    return (Atomics.load(this.#control, headAt / 4) - this.#tail) >>> 0;
  }

  /** Copies the next record out of the ring. @returns its kind; null where there cannot be one */
  #copy(): number | null {
    const waiting = this.#waiting();
    const at = (this.#tail % ringBytes) / 4;
    const [kind, bytes] = [this.#ring[at]!, this.#ring[(at + 1) % this.#ring.length]! >>> 16];
    if (waiting > ringBytes || bytes < 8 || bytes > waiting || bytes % 8 !== 0) {
      this.#tail += waiting;
      return null;
    }
    const words = bytes / 4;
    const first = Math.min(words, this.#ring.length - at);
    this.#record.set(this.#ring.subarray(at, at + first));
    this.#record.set(this.#ring.subarray(0, words - first), first);
    this.#tail += bytes;
    return kind;
  }

  /** Tells the kernel that it may write there again. */
  #giveBack(): void {
    this.#control[tailAt / 4 + 1] = Math.floor(this.#tail / 2 ** 32);
    Atomics.store(this.#control, tailAt / 4, this.#tail >>> 0);
  }

  /** Registers ("abi", then one word each, by number), and the stack ("size", the bytes, and how many of them are of use). */
  #sample(): CopiedThread | null {
    const record = this.#record;
    const end = (record[1]! >>> 16) / 4;
    const { order } = architecture.interrupts!.registers;
    if (record[2] !== PERF_SAMPLE_REGS_ABI_64) return null;
    let at = 4;
    this.#registers.fill(Number.NaN);
    for (const register of order) {
      this.#registers[register] = record[at]! + record[at + 1]! * 2 ** 32;
      at += 2;
    }
    const words = record[at]! / 4;
    at += 2;
    if (words === 0 || at + words + 2 > end) return null;
    const used = Math.min(words, record[at + words]! / 4);
    return { registers: this.#registers, stack: record.subarray(at, at + used) };
  }
}
