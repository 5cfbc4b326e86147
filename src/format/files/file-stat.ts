/** Looking at files that may not be there. */
import { type Stats, statSync } from 'node:fs';

/** What the system says of a file; undefined where it says nothing: not there, not allowed, no possible name. */
export function fileStat(file: string | Buffer): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** Whether a file is this user's. Windows tells no owner that Node could read: there, what can be opened counts as one's own. */
export function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  const own = process.geteuid?.();
  return own === undefined || uid === own;
}
