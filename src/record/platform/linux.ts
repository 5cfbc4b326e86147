/** Linux: what the recorder needs of it, file by file under linux/. */
import { LinuxClock } from './linux/clock.js';
import { LinuxMemory } from './linux/memory.js';
import { LinuxPriority } from './linux/priority.js';
import { LinuxProcessClock } from './linux/process-clock.js';
import { descriptorsPerClock, LinuxThreadClock } from './linux/thread-clock.js';
import type { Platform } from './platform.js';
import { readOptional } from './proc.js';

/** File descriptors that are left to everything else: the trace, the target's files, Node itself. */
const reservedDescriptors = 128;

export function createLinux(): Platform {
  let left: number | undefined;
  return {
    openMemory: (pid) => new LinuxMemory(pid),
    openThreadClock: (pid, osThreadId) => {
      left ??= maxThreadClocks();
      if (left <= 0) throw new Error('too many open files');
      const clock = new LinuxThreadClock(pid, osThreadId, () => {
        left!++;
      });
      left--;
      return clock;
    },
    openProcessClock: (pid) => new LinuxProcessClock(pid),
    openClock: () => new LinuxClock(),
    openPriority: () => new LinuxPriority(),
  };
}

/** How many threads can be asked about at the same time (getrlimit(2), RLIMIT_NOFILE). */
function maxThreadClocks(): number {
  const match = /^Max open files\s+(\d+)/m.exec(readOptional('/proc/self/limits') ?? '');
  return Math.max(1, Math.floor((Number(match?.[1] ?? 1024) - reservedDescriptors) / descriptorsPerClock));
}
