/** Names of files as SQLite's library takes them: some it would take for others. */
import { resolve } from 'node:path';

/**
 * The absolute name by which the library opens the very file that `path` means, with blanks at its beginning, or like
 * `:memory:` and `file:x`. Null where there is none: it takes blanks off the ends of names, and ends them at a NUL.
 */
export function databaseName(path: string): string | null {
  const file = resolve(path);
  return path === '' || file !== file.trim() || file.includes('\0') ? null : file;
}
