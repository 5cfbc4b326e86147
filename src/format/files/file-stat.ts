/** Looking at files that may not be there. */
import { type Stats, statSync } from 'node:fs';

/** What the system says of a file; undefined where it says nothing: not there, not allowed, no possible name. */
export function fileStat(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}
