/** Picks what replay needs of this operating system; light, and there is an answer on every system. */
import { shownEnvironment } from './environment.js';
import { linuxSystem } from './linux/system.js';
import type { System } from './platform.js';

const systems: Readonly<Record<string, System>> = { linux: linuxSystem };

/** What can be known where a system is not. */
const unknownSystem: System = {
  readBootId: () => undefined,
  listProcesses: () => [],
  seesEveryProcess: () => false,
  readStartTicks: () => null,
  readInnerThreadId: () => null,
  processOfThread: (id) => id,
  namesOfOpenFile: () => [],
  readOwnCommand: () => Buffer.alloc(0),
  readOwnEnvironment: shownEnvironment,
  readOpenFileLimits: () => null,
};

export const currentSystem: System = systems[process.platform] ?? unknownSystem;
