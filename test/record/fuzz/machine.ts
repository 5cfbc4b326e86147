/**
 * The machine of a saved process: its memory, and what /proc says of it. The fuzzer's test puts these in the place of
 * the real ones, so that the recorder attaches by the very code that it attaches to live processes by. Nothing may be
 * imported from the recorder here but types, and what does not import platform/index.ts, in whose place this is put.
 */
import { createLinux } from '../../../src/platform/linux/linux.js';
import type { Platform } from '../../../src/platform/platform.js';
import { HostileMemory, type HostileProcess } from './hostile-memory.js';
import type { World } from './saved-world.js';

export const pid = 4711;

/** The process that is looked at just now. */
export const current: { world: World | null; process: HostileProcess | null } = {
  world: null,
  process: null,
};

export const platform: Platform = {
  ...createLinux(),
  openMemory: () => new HostileMemory(current.process!),
  openThreadClock: () => ({
    update: () => true,
    ...{ alive: true, unchanged: false, onCpu: true, sleepsAt: 0, sleepsIn: null, cpuNs: 1000, totalNs: 1e6 },
    queuedNs: 0,
    accountedNs: () => null,
    cpu: () => null,
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
  readMaps: () => [...current.world!.mappings],
  readMappedFile: () => null,
  readStat: () => ({ state: 'S', parentPid: 1, startTicks: 5, stackStart: 0x7fff_0000, isCopy: false }),
  readThreadIds: () => current.world!.saved.threads.map(({ native }, i) => native ?? pid + i),
  readThreadTime: () => 1e6,
  readInnerThreadId: (_pid: number, id: number) => id,
  readCommand: () => ['python', 'still.py'],
  readExecutable: () => `/usr/bin/python${current.world!.minor}`,
  readWorkingDirectory: () => '/',
  isNamespaced: () => false,
  sleepsOnConditions: () => true,
};
