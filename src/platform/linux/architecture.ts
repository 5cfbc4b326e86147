/** What of Linux and glibc differs from one processor architecture to another, as data. */
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
    threadLibrary: glibcArm64,
    interrupts: null,
  },
} as const satisfies Readonly<Record<string, Architecture>>;

/** That of this program, and of every process that it can read. Others have no row in platform/index.ts, and do not come here. */
export const architecture: Architecture =
  architectures[process.arch as keyof typeof architectures] ?? architectures.x64;
