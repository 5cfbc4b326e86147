/** Running state and CPU time of a thread, from its files under /proc/PID/task/TID (proc(5)). */

import type { SleepCall, ThreadClock } from '../clocks.js';
import { architecture } from './architecture.js';
import { addressOf } from './libc.js';
import { type Descriptors, ProcFile, unread } from './proc-file.js';

/** ASCII of "running", which /proc/PID/task/TID/syscall holds for a thread that runs or is ready to. */
const letterR = 0x72;
/** "R", as /proc/PID/task/TID/stat has it. */
const letterReady = 0x52;

const lineBytes = 96;
const textBytes = 512;

export class LinuxThreadClock implements ThreadClock {
  alive = true;
  unchanged = false;
  onCpu: boolean | null = null;
  sleepsAt: number | null = null;
  sleepsIn: SleepCall | null = null;
  cpuNs = -0;
  totalNs = Number.NEGATIVE_INFINITY;
  queuedNs = -0;
  readonly #descriptors: Descriptors;
  readonly #folder: string;
  readonly #schedstat: ProcFile;
  /** Null where it may not be read: then `stat` is used. */
  #syscall: ProcFile | null;
  #stat: ProcFile | null = null;
  #sched: ProcFile | null = null;
  /** The second number of the line before, in ns; negative before the first. */
  #waitedNs = Number.NEGATIVE_INFINITY;
  /** Two buffers in turn: this update's schedstat line and the one before. */
  #line = new Uint8Array(new ArrayBuffer(lineBytes));
  #lineAt = addressOf(this.#line);
  #lineLength = 0;
  #before = new Uint8Array(new ArrayBuffer(lineBytes));
  #beforeAt = addressOf(this.#before);
  #beforeLength = -1;
  readonly #text = Buffer.from(new ArrayBuffer(textBytes));
  readonly #textAt = addressOf(this.#text);

  /** @param descriptors how many files may stay open: of all clocks */
  constructor(pid: number, osThreadId: number, descriptors: Descriptors) {
    this.#descriptors = descriptors;
    this.#folder = `/proc/${pid}/task/${osThreadId}`;
    this.#schedstat = new ProcFile(`${this.#folder}/schedstat`, descriptors);
    this.#syscall = new ProcFile(`${this.#folder}/syscall`, descriptors);
  }

  /**
   * schedstat is "CPU-ns wait-ns timeslices" (Documentation/scheduler/sched-stats.rst). A thread that was asleep
   * and whose line is the same has not been scheduled since. One that ran may keep its line until the scheduler's
   * next tick, but not if it went to sleep: its time is then counted at once. So with the same line the state is the
   * same, and need not be asked for.
   */
  update(): boolean {
    const line = this.#line;
    const lineAt = this.#lineAt;
    this.#line = this.#before;
    this.#lineAt = this.#beforeAt;
    this.#before = line;
    this.#beforeAt = lineAt;
    this.#beforeLength = this.#lineLength;
    this.#lineLength = this.#schedstat.read(this.#lineAt, lineBytes);
    if (this.#lineLength <= 0) return this.#answerNothing();
    const isSame = this.onCpu !== null && this.#sameLine();
    this.unchanged = isSame && this.onCpu === false;
    if (isSame) {
      this.cpuNs = this.queuedNs = 0;
      return true;
    }
    // Not 0, which V8 takes for an integer until there are more than 2^31 ns.
    let [total, waited] = [-0, -0];
    let i = 0;
    for (; i < this.#lineLength; i++) {
      const digit = this.#line[i]! - 0x30;
      if (digit < 0 || digit > 9) break;
      total = total * 10 + digit;
    }
    for (i++; i < this.#lineLength; i++) {
      const digit = this.#line[i]! - 0x30;
      if (digit < 0 || digit > 9) break;
      waited = waited * 10 + digit;
    }
    this.queuedNs = this.#waitedNs < 0 ? 0 : Math.max(0, waited - this.#waitedNs);
    this.#waitedNs = waited;
    // It was observed to go back by some ns when a thread migrates; time is never given back.
    this.cpuNs = this.totalNs < 0 ? 0 : Math.max(0, total - this.totalNs);
    this.totalNs = Math.max(this.totalNs, total);
    this.onCpu = this.#askState();
    return true;
  }

  /** The thread is gone, or nothing can be known of it. */
  #answerNothing(): boolean {
    // Kernels without scheduler statistics lack the file: the thread is there all the same.
    const isGone = this.#lineLength === unread.gone && (this.totalNs >= 0 || this.#askState() === null);
    this.alive = !isGone;
    this.onCpu = this.sleepsAt = this.sleepsIn = null;
    this.unchanged = false;
    this.cpuNs = this.queuedNs = 0;
    return this.alive;
  }

  /** se.exec_start of /proc/PID/task/TID/sched, "ms.ns" (proc_sched_show_task in kernel/sched/debug.c); not in every kernel. */
  accountedNs(): number | null {
    this.#sched ??= new ProcFile(`${this.#folder}/sched`, this.#descriptors);
    const length = Math.max(0, this.#sched.read(this.#textAt, textBytes));
    // The name of the thread, which can be anything, stands before the rule.
    const rule = this.#text.subarray(0, length).lastIndexOf(execStart);
    if (rule < 0) return null;
    const point = this.#text.indexOf(0x2e, rule + execStart.length);
    const end = this.#text.indexOf(0x0a, rule + execStart.length);
    if (point < 0 || end !== point + 1 + nsDigits || end >= length) return null;
    return Number(this.#text.toString('latin1', rule + execStart.length, end).replace(/[\s:.]/g, ''));
  }

  /** "processor" of /proc/PID/task/TID/stat, the 39th (proc_pid_stat(5)). */
  cpu(): number | null {
    const length = this.#readStat();
    // The name may itself hold parentheses and spaces; the state after it is the third.
    const name = this.#text.subarray(0, length).lastIndexOf(0x29);
    const fields = this.#text.toString('latin1', name + 2, length).split(' ', 38);
    // The last that was read may be cut.
    return fields.length === 38 ? Number(fields[36]) : null;
  }

  close(): void {
    this.#sched?.close();
    this.#schedstat.close();
    this.#syscall?.close();
    this.#stat?.close();
  }

  #sameLine(): boolean {
    if (this.#lineLength !== this.#beforeLength) return false;
    let zeros = true;
    for (let i = 0; i < this.#lineLength; i++) {
      if (this.#line[i] !== this.#before[i]) return false;
      if (this.#line[i]! > 0x30) zeros = false;
    }
    // Kernels without scheduler statistics say "0 0 0" for ever: that means nothing.
    return !zeros;
  }

  /** Takes the number and the first argument of the call that the thread sleeps in; the number is -1 in none, as in a page fault. */
  #takeCall(length: number): void {
    let call = 0;
    let at = 0;
    for (; at < length; at++) {
      const digit = this.#text[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      call = call * 10 + digit;
    }
    const kind = at === 0 ? 'other' : (sleeps.get(call) ?? 'other');
    const isFutex = call === architecture.calls.futex && at > 0;
    const first = isFutex || kind === 'select' ? this.#hexadecimal(at + 3, length) : 0;
    this.sleepsAt = isFutex ? first : 0;
    this.sleepsIn = kind !== 'select' ? kind : first === 0 ? 'time' : 'data';
  }

  #hexadecimal(from: number, to: number): number {
    let value = 0;
    for (let at = from; at < to; at++) {
      const letter = this.#text[at]!;
      const digit = letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : letter - 0x30;
      if (digit < 0 || digit > 15) break;
      value = value * 16 + digit;
    }
    return value;
  }

  #askState(): boolean | null {
    if (this.#syscall !== null) {
      const length = this.#syscall.read(this.#textAt, textBytes);
      if (length > 0) {
        const runs = this.#text[0] === letterR;
        if (!runs) this.#takeCall(length);
        else {
          this.sleepsAt = 0;
          this.sleepsIn = null;
        }
        return runs;
      }
      if (length !== unread.notNow) {
        this.#syscall.close();
        this.#syscall = null;
      }
    }
    this.sleepsAt = this.sleepsIn = null;
    const length = this.#readStat();
    const name = this.#text.subarray(0, length).lastIndexOf(0x29);
    return name < 0 ? null : this.#text[name + 2] === letterReady;
  }

  /** @returns the length of /proc/PID/task/TID/stat in the text; 0 if there is none */
  #readStat(): number {
    this.#stat ??= new ProcFile(`${this.#folder}/stat`, this.#descriptors);
    return Math.max(0, this.#stat.read(this.#textAt, textBytes));
  }
}

const execStart = Buffer.from('-\nse.exec_start', 'latin1');
/** Behind the point of a time in ms. */
const nsDigits = 6;

/** By the number of a call: what a thread that sleeps in it waits for. */
const sleeps = new Map(
  Object.entries(architecture.sleeps).flatMap(([kind, calls]) =>
    calls.map((call) => [call, kind as keyof typeof architecture.sleeps]),
  ),
);
