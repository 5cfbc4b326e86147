/** What ends the reading of a symbol: it is not understood, or its name would be too long. */

/** In characters, of symbols and of names: longer ones are left as they are. */
export const maxLength = 4096;

export class NotReadable extends Error {}

/** @returns null where that threw NotReadable */
export function readOrNull(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotReadable) return null;
    throw error;
  }
}
