/** What became of the source file that a recording names. */

export interface SourceState {
  /**
   * "unchanged" since the recording began, by its time; "changed" since then, though its functions are where they were;
   * "not-checked" by time, as that of another machine says nothing; "different" in its text; "unusable" as a text; "missing". Of the last
   * three there is no text.
   */
  state: 'unchanged' | 'changed' | 'not-checked' | 'different' | 'unusable' | 'missing';
  /** The file that was read or looked for. */
  path: string;
  /** Why there is no text, in words; else null. */
  reason: string | null;
}

/** A sentence about it. */
export function sourceNote({ state, path, reason }: SourceState): string {
  switch (state) {
    case 'unchanged':
      return `Source: ${path}, unchanged since the recording began.`;
    case 'changed':
      return `Source: ${path}. It was changed after the recording began: lines may be others, though functions are where they were.`;
    case 'not-checked':
      return `Source: ${path}. Functions are where they were; that it was not changed since could not be checked.`;
    case 'different':
      return `No source: ${path} is not what ran: ${reason} (--source FOLDER says where that is).`;
    case 'unusable':
      return `No source of ${path}: ${reason}.`;
    case 'missing':
      return `No source of ${path}: ${reason}${/^</.test(path) ? '' : ' (--source FOLDER says where it is)'}.`;
  }
}
