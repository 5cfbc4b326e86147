/** What of Linux and glibc differs from one processor architecture to another, as data. */
import type { SleepCall } from '../clocks.js';
import type { ThreadLibrary } from '../thread-library.js';
import { glibc, glibcArm64 } from './glibc.js';

/** Numbers of system calls: arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h (arm64). */
interface SystemCalls {
  readonly fcntl: number;
  readonly futex: number;
  /** The C library has these two since 2.41 only. */
  readonly schedSetattr: number;
  readonly schedGetattr: number;
  readonly setgroups: number;
  readonly setresuid: number;
  readonly setresgid: number;
}

/** Calls that a thread sleeps in, by what for; the first argument of `select` is 0 where it waits for time alone. */
type SleepCalls = Readonly<Record<Exclude<SleepCall, 'other'> | 'select', readonly number[]>>;

/** What programs in interrupts need (interrupt/). */
interface InterruptFacts {
  readonly calls: { readonly bpf: number; readonly perfEventOpen: number };
  /** Where a program finds the period of its event: behind the registers (struct bpf_perf_event_data). */
  readonly periodOffset: number;
  /** Registers that are copied (arch/…/include/uapi/asm/perf_regs.h): which bits ask for them, and DWARF's number of each, by bit. */
  readonly registers: { readonly mask: number; readonly order: readonly number[]; readonly count: number };
}

export interface Architecture {
  readonly calls: SystemCalls;
  readonly sleeps: SleepCalls;
  readonly threadLibrary: ThreadLibrary;
  /** Null where what one processor writes is not seen in that order by others: the program relies on it. */
  readonly interrupts: InterruptFacts | null;
}

/** By the name that Node has for it. */
export const architectures = {
  x64: {
    calls: {
      ...{ fcntl: 72, futex: 202, schedSetattr: 314, schedGetattr: 315 },
      ...{ setgroups: 116, setresuid: 117, setresgid: 119 },
    },
    sleeps: {
      // futex, semop, semtimedop, futex_waitv, futex_wait.
      lock: [202, 65, 220, 449, 455],
      time: [35, 230],
      process: [61, 247],
      select: [23, 270],
      data: [
        // read, write and their kin; poll, epoll, io_getevents, io_uring.
        ...[0, 1, 17, 18, 19, 20, 295, 296, 327, 328, 7, 271, 232, 281, 441, 208, 426],
        // open, openat, close, fsync, fdatasync, flock, fcntl, sendfile, splice, copy_file_range.
        ...[2, 257, 3, 74, 75, 73, 72, 40, 275, 326],
        // connect, accept, accept4, and what sends and receives.
        ...[42, 43, 288, 44, 45, 46, 47, 307, 299],
      ],
    },
    threadLibrary: glibc,
    interrupts: {
      ...{ calls: { bpf: 321, perfEventOpen: 298 }, periodOffset: 168 },
      // ax, bx, cx, dx, si, di, bp, sp, ip, and r8 to r15 behind flags and segments.
      registers: {
        mask: 0xff01ff,
        order: [0, 3, 2, 1, 4, 5, 6, 7, 16, 8, 9, 10, 11, 12, 13, 14, 15],
        count: 17,
      },
    },
  },
  arm64: {
    calls: {
      ...{ fcntl: 25, futex: 98, schedSetattr: 274, schedGetattr: 275 },
      ...{ setgroups: 159, setresuid: 147, setresgid: 149 },
    },
    sleeps: {
      lock: [98, 193, 192, 449, 455],
      time: [101, 115],
      process: [260, 95],
      select: [72],
      data: [
        ...[63, 64, 65, 66, 67, 68, 69, 70, 286, 287, 73, 22, 441, 4, 426],
        ...[56, 57, 82, 83, 32, 25, 71, 76, 285],
        ...[203, 202, 242, 206, 207, 211, 212, 269, 243],
      ],
    },
    threadLibrary: glibcArm64,
    interrupts: null,
  },
} as const satisfies Readonly<Record<string, Architecture>>;

/** That of this program, and of every process that it can read. Others have no row in platform/index.ts, and do not come here. */
export const architecture: Architecture =
  architectures[process.arch as keyof typeof architectures] ?? architectures.x64;
