/** Marks that SIGUSR1 to the recorder makes. */
import type { Session } from '../../record/session/session.js';

/** Makes a mark at each call: with the names in turn, then mark-1, mark-2 … */
export function createMarker(
  names: readonly string[],
): (session: Session | null, note: (text: string) => void) => void {
  const left = [...names];
  return (session, note) => {
    const mark = session?.mark(left[0] ?? null) ?? null;
    if (mark === null) return note('pyspy: no mark was made: nothing is being recorded just now');
    left.shift();
    note(`pyspy: ${mark.name} is at ${(mark.atNs / 1e9).toFixed(1)} s`);
  };
}
