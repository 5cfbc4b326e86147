/** Linux: what the recorder needs of it, file by file under linux/. */
import { LinuxClock } from './linux/clock.js';
import { LinuxMemory } from './linux/memory.js';
import { LinuxPriority } from './linux/priority.js';
import { Descriptors } from './linux/proc-file.js';
import { LinuxProcessClock } from './linux/process-clock.js';
import { LinuxThreadClock } from './linux/thread-clock.js';
import type { Platform } from './platform.js';
import { readOptional } from './proc.js';

/** File descriptors that are left to everything else: the trace, the target's files, Node itself. */
const reservedDescriptors = 128;

export function createLinux(): Platform {
  let descriptors: Descriptors | undefined;
  return {
    openMemory: (pid) => new LinuxMemory(pid),
    openThreadClock: (pid, osThreadId) => {
      descriptors ??= new Descriptors(spareDescriptors());
      return new LinuxThreadClock(pid, osThreadId, descriptors);
    },
    openProcessClock: (pid) => new LinuxProcessClock(pid),
    openClock: () => new LinuxClock(),
    openPriority: () => new LinuxPriority(),
  };
}

/** How many files about threads may stay open (getrlimit(2), RLIMIT_NOFILE; Node raises it as far as it may). */
function spareDescriptors(): number {
  const match = /^Max open files\s+(\d+)/m.exec(readOptional('/proc/self/limits') ?? '');
  return Math.max(0, Number(match?.[1] ?? 1024) - reservedDescriptors);
}
