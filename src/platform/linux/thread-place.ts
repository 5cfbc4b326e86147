/**
 * Where a waiting thread stands, from /proc/PID/task/TID/syscall (proc(5)): "running", or the call and its arguments or -1, and at
 * the end stack pointer and instruction. The kernel looks at a thread that sleeps, and disturbs none (lib/syscall.c).
 */
import type { PlaceState, ThreadPlace } from '../thread-place.js';
import { addressOf } from './libc.js';
import { type Descriptors, ProcFile } from './proc-file.js';

const textBytes = 256;

export class LinuxThreadPlace implements ThreadPlace {
  stackPointer = 0;
  instruction = 0;
  lifetime = '';
  readonly #syscall: ProcFile;
  readonly #schedstat: ProcFile;
  readonly #text = Buffer.from(new ArrayBuffer(textBytes));
  readonly #textAt = addressOf(this.#text);

  /** @param descriptors how many files may stay open */
  constructor(pid: number, osThreadId: number, descriptors: Descriptors) {
    const folder = `/proc/${pid}/task/${osThreadId}`;
    this.#syscall = new ProcFile(`${folder}/syscall`, descriptors);
    this.#schedstat = new ProcFile(`${folder}/schedstat`, descriptors);
  }

  look(): PlaceState {
    const time = this.#read(this.#schedstat);
    // Kernels without scheduler statistics say "0 0 0" for ever.
    this.lifetime = time === null || /^[0 ]*$/.test(time) ? '' : time;
    const line = this.#read(this.#syscall);
    if (line === null) return 'unknown';
    if (line === 'running') return 'runs';
    const words = line.split(' ');
    const [stackPointer, instruction] = words.slice(-2).map(Number);
    // A thread that is about to end has neither.
    if (words.length < 3 || !stackPointer || !instruction) return 'unknown';
    this.stackPointer = stackPointer;
    this.instruction = instruction;
    return 'waits';
  }

  close(): void {
    this.#syscall.close();
    this.#schedstat.close();
  }

  #read(file: ProcFile): string | null {
    const length = file.read(this.#textAt, textBytes);
    return length <= 0 ? null : this.#text.toString('latin1', 0, length).trimEnd();
  }
}
