/** Where running programs can be read, and what is said elsewhere. Light: it is asked before any native code is loaded. */
import { PyspyError } from '../errors.js';

/** `process.platform` and `process.arch` of the systems that have a recorder; index.ts has one for each. */
export const recordedSystems = ['linux-x64', 'linux-arm64', 'win32-x64'] as const;

export type RecordedSystem = (typeof recordedSystems)[number];

const names: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' };

/** This system, where it has a recorder; null elsewhere. */
export function recordedSystem(): RecordedSystem | null {
  const own = `${process.platform}-${process.arch}`;
  return recordedSystems.find((name) => name === own) ?? null;
}

/** The error of kind "target" for whatever needs a recorder on a system that has none. */
export function noRecorder(): PyspyError {
  const own = `${process.platform}-${process.arch}`;
  return new PyspyError(
    'target',
    `running programs can be read on ${recordedSystems.map(titleOf).join(', ')} only, not on ${titleOf(own)}, where every command that takes a trace works`,
    {
      hint: 'Record there, and copy the trace here: pyspy top, flame, diff, info, sql, dump FILE --at TIME.',
    },
  );
}

/** "linux-x64": "Linux x64". */
function titleOf(system: string): string {
  const [platform = '', arch = ''] = system.split('-');
  return `${names[platform] ?? platform} ${arch}`;
}
