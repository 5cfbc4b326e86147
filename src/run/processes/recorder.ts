/** Whether running programs can be read here: commands ask before they load what does it, with its native parts. */
import { noRecorder, recordedSystem } from '../../platform/recorders.js';

export function hasRecorder(): boolean {
  return recordedSystem() !== null;
}

/** @throws PyspyError of kind "target" on a system where only traces can be read */
export function requireRecorder(): void {
  if (!hasRecorder()) throw noRecorder();
}
