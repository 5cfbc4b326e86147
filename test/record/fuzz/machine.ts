/**
 * The machine of a saved process: its memory, and what /proc says of it. The fuzzer's test puts these in the place of
 * the real ones, so that the recorder attaches by the very code that it attaches to live processes by. Nothing but
 * types may be imported from the recorder here, which itself is to import this.
 */
import type { Platform } from '../../../src/record/platform/platform.js';
import { HostileMemory, type HostileProcess } from './hostile-memory.js';
import type { World } from './saved-world.js';

export const pid = 4711;

/** The process that is looked at just now. */
export const current: { world: World | null; process: HostileProcess | null } = {
  world: null,
  process: null,
};

export const platform: Platform = {
  openMemory: () => new HostileMemory(current.process!),
  openThreadClock: () => ({
    update: () => true,
    ...{ alive: true, unchanged: false, onCpu: true, sleepsAt: 0, cpuNs: 1000, totalNs: 1e6 },
    close: () => {},
  }),
  openProcessClock: () => ({ totalNs: () => null }),
  openPriority: () => ({
    isRealTime: false,
    isModest: false,
    raise: () => false,
    lower: () => {},
    cpuNs: () => 0,
  }),
  openClock: () => ({ now: () => 0, sleepUntil: () => {} }),
};

/** In place of the functions of platform/proc.ts. */
export const proc = {
  readMaps: () => current.world!.mappings,
  readStat: () => ({ state: 'S', parentPid: 1, startTicks: 5, stackStart: 0x7fff_0000, isCopy: false }),
  readThreadIds: () => current.world!.saved.threads.map(({ native }, i) => native ?? pid + i),
  readThreadTime: () => 1e6,
  readInnerThreadId: (_pid: number, id: number) => id,
  readCommand: () => ['python', 'still.py'],
  readExecutable: () => `/usr/bin/python${current.world!.minor}`,
  readWorkingDirectory: () => '/',
  readStatusField: (_pid: number, field: string) => (field === 'NSpid' ? String(pid) : null),
};
