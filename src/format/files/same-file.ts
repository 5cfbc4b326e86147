/** Whether two names lead to one file, links followed. */
import { type BigIntStats, realpathSync, statSync } from 'node:fs';

/** False where one of them leads nowhere; true where it cannot be told, so that nothing is written over what may be an input. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [exactStat(one), exactStat(other)];
  if (a === undefined || b === undefined) return false;
  if (a.dev !== b.dev || a.ino !== b.ino) return false;
  // Some file systems number nothing: FAT and network drives of Windows.
  if (a.ino !== 0n) return true;
  try {
    return realpathSync.native(one).toLowerCase() === realpathSync.native(other).toLowerCase();
  } catch {
    return true;
  }
}

/** In whole numbers: those of NTFS have 64 bits, of which a double would take two files for one. */
function exactStat(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
