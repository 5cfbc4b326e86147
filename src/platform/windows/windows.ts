/** Windows x64: what the recorder needs of it, as one table; each row is at home in a file of this folder. */
import type { Platform } from '../platform.js';
import { currentSystem } from '../system.js';
import type { ThreadLibrary } from '../thread-library.js';
import type { ThreadPlace } from '../thread-place.js';
import { WindowsClock } from './clock.js';
import { addressOf, kernel } from './kernel.js';
import { WindowsMemory } from './memory.js';
import { readCommand, readWorkingDirectory } from './parameters.js';
import { explainForeign, refusal } from './permission.js';
import { WindowsPriority } from './priority.js';
import { processTable } from './processes.js';
import { readExecutable, readRegions } from './regions.js';
import { reap, spawnProgram } from './spawn.js';
import { readThreadTime, WindowsProcessClock, WindowsThreadClock } from './thread-clock.js';

/**
 * Nobody sees at which address a thread waits, and a thread's id is the system's own. The size of a CRITICAL_SECTION is the one
 * that rows have.
 */
const threadLibrary: ThreadLibrary = {
  ...{ conditionBytes: 16, mutexBytes: 40, semaphoreBytes: 8 },
  ...{ conditionWaiters: [], semaphoreWaiters: [] },
  ...{ threadIdAt: 0, threadIdWithin: 0 },
};

/** Nobody tells where a thread stands. */
const nowhere: ThreadPlace = {
  look: () => 'unknown',
  stackPointer: 0,
  instruction: 0,
  lifetime: '',
  close: () => {},
};

/** Console programs of one console get its Ctrl-C together, as a process group does of a terminal. */
const consoleGroup = { group: 'console', foreground: 'console' };

export function createWindows(): Platform {
  return {
    ...currentSystem,
    binaryFormat: 'pe',
    dataModel: 'llp64',
    threadLibrary,
    openMemory: (pid) => new WindowsMemory(pid, isThere),
    openThreadClock: (pid, osThreadId) => new WindowsThreadClock(pid, osThreadId),
    openThreadPlace: () => nowhere,
    openProcessClock: (pid) => new WindowsProcessClock(pid),
    openClock: () => new WindowsClock(),
    openPriority: () => new WindowsPriority(),
    openInterrupts: () => ({ missing: 'Windows has no way for it', help: 'on Linux there is one' }),

    listProcesses: () => [...processTable.processes.keys()],
    seesEveryProcess: () => true,
    readStartTicks: (pid) => processTable.find(pid === 'self' ? process.pid : pid)?.createdMs ?? null,
    readStat: (pid) => {
      const found = processTable.find(pid);
      if (found === null) return null;
      const { parentPid, createdMs, threadCount } = found;
      // One that has ended stays as long as somebody has a handle of it. None takes another program, or is a copy of its parent.
      return {
        state: threadCount === 0 ? 'X' : 'R',
        parentPid,
        startTicks: createdMs,
        stackStart: 0,
        isCopy: false,
      };
    },
    readCommand: (pid) => {
      const words = readCommand(pid);
      const name = words.length > 0 ? '' : (processTable.find(pid)?.name ?? '');
      return name === '' ? words : [name];
    },
    readExecutable,
    readWorkingDirectory,
    readUid: () => null,
    isProcess: (id) => processTable.find(id) !== null,
    isNamespaced: () => false,
    sleepsOnConditions: () => false,
    readChildren,
    readNewestId: () => Number.NaN,
    readGroup: () => consoleGroup,
    hasPending: () => null,
    hasHandler: () => false,

    readThreadIds: (pid) => processTable.threadIds(pid),
    // Threads have no main one among them that has the process's number.
    findLiveThread: (pid) => (isThere(pid) ? pid : null),
    readThreadTime: (_pid, osThreadId) => readThreadTime(osThreadId),
    readThreadName: () => null,
    ownThreadId: () => kernel().GetCurrentThreadId(),

    readMaps: readRegions,
    // Images are read where they lie in memory.
    readMappedFile: () => null,
    readFileSeenBy: () => null,
    deviceText: String,
    explainForeign,
    explainRefusal: refusal,

    spawnProgram,
    openPipe: () => null,
    reap,
    adoptOrphans: () => false,
    homeOf: () => null,
    withRightsOf: (_user, start) => start(),

    addressOf,
    trimMemory: () => {},
  };
}

function isThere(pid: number): boolean {
  return processTable.find(pid) !== null;
}

/** A number may have been another process's, which is then younger than those that seem to be its children. */
function readChildren(pid: number): number[] {
  const parent = processTable.find(pid);
  if (parent === null) return [];
  const children = [...processTable.processes.values()].filter(
    ({ parentPid, createdMs }) => parentPid === pid && createdMs >= parent.createdMs,
  );
  return children.map((child) => child.pid);
}
