/** The memory of another process, by ReadProcessMemory: a call for each range. The process is never suspended. */
import type { Memory, RangeList, ReadFault } from '../memory.js';
import { access, addressOf, kernel, room, waitTimeout } from './kernel.js';
import { processTable } from './processes.js';

/** Size of the buffer at first. */
const leastBytes = 1 << 20;

export class WindowsMemory implements Memory {
  /** Empty until the first `read`: many a memory is only peeked into. */
  bytes: Uint8Array = new Uint8Array();
  words: Uint32Array = new Uint32Array();
  fault: ReadFault | null = null;
  readonly failed: number[] = [];
  readonly #kernel = kernel();
  /** As long as it is open, the process's number is not given to another one. 0 where it cannot be opened. */
  #process: number;
  readonly #pid: number;
  /** Why it cannot be. */
  readonly #refusal: ReadFault;
  readonly #arrived = room(8);
  #base = 0;

  /** @param isThere whether there is such a process, which may then not be read */
  constructor(pid: number, isThere: (pid: number) => boolean) {
    this.#pid = pid;
    this.#process = this.#kernel.OpenProcess(access.query | access.readMemory | access.synchronize, 0, pid);
    this.#refusal = this.#process === 0 && isThere(pid) ? 'denied' : 'gone';
  }

  read(ranges: RangeList): boolean {
    this.fault = null;
    // Setting the length of an array is a call into the engine.
    if (this.failed.length > 0) this.failed.length = 0;
    if (ranges.totalBytes > this.bytes.byteLength) this.#reserve(Math.max(leastBytes, ranges.totalBytes * 2));
    const { addresses, lengths, offsets, count } = ranges;
    for (let i = 0; i < count; i++) {
      const offset = offsets[i]!;
      if (this.#bring(addresses[i]!, this.#base + offset, lengths[i]!)) continue;
      if (this.fault !== 'unmapped') return false;
      this.bytes.fill(0, offset, offset + lengths[i]!);
      this.failed.push(i);
    }
    this.fault = this.failed.length > 0 ? 'unmapped' : null;
    processTable.noteRead(this.#pid);
    return true;
  }

  peek(address: number, into: Uint8Array): boolean {
    return this.#bring(address, addressOf(into), into.byteLength);
  }

  peekAll({ addresses, lengths, offsets, count }: RangeList, into: Uint8Array): boolean {
    const at = addressOf(into);
    for (let i = 0; i < count; i++)
      if (!this.#bring(addresses[i]!, at + offsets[i]!, lengths[i]!)) return false;
    processTable.noteRead(this.#pid);
    return true;
  }

  close(): void {
    if (this.#process !== 0) this.#kernel.CloseHandle(this.#process);
    this.#process = 0;
  }

  #bring(address: number, into: number, size: number): boolean {
    this.fault = null;
    if (this.#process === 0) this.fault = this.#refusal;
    else if (
      size > 0 &&
      this.#kernel.ReadProcessMemory(this.#process, address, into, size, this.#arrived.at) === 0
    )
      this.fault = this.#isOver() ? 'gone' : 'unmapped';
    return this.fault === null;
  }

  /** What has ended has no memory any more, and is no error of the address. */
  #isOver(): boolean {
    return this.#kernel.WaitForSingleObject(this.#process, 0) !== waitTimeout;
  }

  #reserve(size: number): void {
    this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil(size / 4096) * 4096));
    this.words = new Uint32Array(this.bytes.buffer);
    this.#base = addressOf(this.bytes);
  }
}
