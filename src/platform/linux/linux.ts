/** Linux: what the recorder needs of it, as one table; each row is at home in a file of this folder. */
import type { Platform } from '../platform.js';
import { architecture } from './architecture.js';
import { isGlibc } from './c-library.js';
import { adoptOrphans, reap } from './children.js';
import { LinuxClock } from './clock.js';
import { explainForeign } from './foreign.js';
import { openInterrupts } from './interrupt/interrupts.js';
import { addressOf, libc } from './libc.js';
import { deviceText, readFileSeenBy, readMappedFile } from './mapped-file.js';
import { LinuxMemory } from './memory.js';
import { refusal } from './permission.js';
import { LinuxPriority } from './priority.js';
import * as proc from './proc.js';
import { Descriptors } from './proc-file.js';
import { LinuxProcessClock } from './process-clock.js';
import { withRightsOf } from './rights.js';
import { openPipe, spawnProgram } from './spawn.js';
import { linuxSystem } from './system.js';
import { LinuxThreadClock } from './thread-clock.js';
import { LinuxThreadPlace } from './thread-place.js';

/** File descriptors that are left to everything else: the trace, the target's files, Node itself. */
const reservedDescriptors = 128;
/** Where the limit is not known. */
const usualDescriptors = 1024;

export function createLinux(): Platform {
  let descriptors: Descriptors | undefined;
  const spare = (): Descriptors => {
    descriptors ??= new Descriptors(spareDescriptors());
    return descriptors;
  };
  return {
    ...linuxSystem,
    binaryFormat: 'elf',
    dataModel: 'lp64',
    threadLibrary: architecture.threadLibrary,
    openMemory: (pid) => new LinuxMemory(pid),
    openThreadClock: (pid, osThreadId) => new LinuxThreadClock(pid, osThreadId, spare()),
    openThreadPlace: (pid, osThreadId) => new LinuxThreadPlace(pid, osThreadId, spare()),
    openProcessClock: (pid) => new LinuxProcessClock(pid),
    openClock: () => new LinuxClock(),
    openPriority: () => new LinuxPriority(),
    openInterrupts,
    readStat: proc.readStat,
    readCommand: proc.readCommand,
    readExecutable: proc.readExecutable,
    readWorkingDirectory: proc.readWorkingDirectory,
    readUid: proc.readUid,
    isProcess: proc.isProcess,
    isNamespaced: proc.isNamespaced,
    sleepsOnConditions: (mappings) => isGlibc(mappings.map(({ path }) => path)),
    readChildren: proc.readChildren,
    readNewestId: proc.readNewestId,
    readGroup: proc.readGroup,
    hasPending: proc.hasPending,
    hasHandler: proc.hasHandler,
    readThreadIds: proc.readThreadIds,
    findLiveThread: proc.findLiveThread,
    readThreadTime: proc.readThreadTime,
    readThreadName: proc.readThreadName,
    ownThreadId: proc.ownThreadId,
    readMaps: proc.readMaps,
    readMappedFile,
    readFileSeenBy,
    deviceText,
    explainForeign,
    explainRefusal: (pid) => refusal(pid),
    spawnProgram,
    openPipe,
    reap,
    adoptOrphans,
    homeOf: proc.homeOf,
    withRightsOf,
    addressOf,
    trimMemory: () => libc().malloc_trim(0),
  };
}

/** How many files about threads may stay open (getrlimit(2), RLIMIT_NOFILE; Node raises it as far as it may). */
function spareDescriptors(): number {
  const soft = linuxSystem.readOpenFileLimits('self')?.soft ?? usualDescriptors;
  return Math.max(0, soft - reservedDescriptors);
}
