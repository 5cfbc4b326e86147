/** Picks what the recorder needs of this operating system, by name; an unknown one fails with a sentence. Loads native code. */
import { createLinux } from './linux/linux.js';
import type { Platform } from './platform.js';
import { noRecorder, type RecordedSystem, recordedSystem } from './recorders.js';
import { createWindows } from './windows/windows.js';

const platforms: Readonly<Record<RecordedSystem, () => Platform>> = {
  'linux-x64': createLinux,
  'linux-arm64': createLinux,
  'win32-x64': createWindows,
};

let current: Platform | undefined;

/**
 * The same for the whole thread.
 * @throws PyspyError of kind "target" on a system that pyspy cannot record on (replay works everywhere)
 */
export function currentPlatform(): Platform {
  current ??= create();
  return current;
}

function create(): Platform {
  const system = recordedSystem();
  if (system === null) throw noRecorder();
  return platforms[system]();
}
