/** Marks that SIGUSR1 to the recorder makes. */
import { PyspyError } from '../errors.js';
import type { Session } from '../record/session/session.js';

/**
 * Names of --mark-names, in order; empty where it was not given.
 * @throws PyspyError of kind "usage"
 */
export async function parseMarkNames(text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const { findMarkNameFault } = await import('../format/writing/mark-name.js');
  const names = text.split(',').map((name) => name.trim());
  for (const [at, name] of names.entries()) {
    const fault = names.indexOf(name) < at ? 'it is there twice' : findMarkNameFault(name);
    if (fault !== null)
      throw new PyspyError('usage', `--mark-names: ${JSON.stringify(name)} is no name for a mark: ${fault}`, {
        hint: 'Write names with commas between them: --mark-names warm,load,done.',
      });
  }
  return names;
}

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
