/** Names of files as SQLite's library and Windows take them: some they would take for others. */
import paths, { type PlatformPath } from 'node:path';

/**
 * What Windows takes for another name: dots and blanks at the end are left out, a colon begins a stream of the file, and some
 * are devices ("Naming Files, Paths, and Namespaces"). Node keeps such names as they are (`\\?\`), and SQLite does not.
 */
const changedByWindows = /[. ]$|:|^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³]) *(?:\.|$)/i;

/**
 * The absolute name by which the library opens the very file that `path` means, with blanks at its beginning, or like
 * `:memory:` and `file:x`. Null where there is none: it takes blanks off the ends of names, and ends them at a NUL.
 */
export function databaseName(path: string, system: PlatformPath = paths): string | null {
  const file = system.resolve(path);
  if (path === '' || file !== file.trim() || file.includes('\0')) return null;
  return isChangedByWindows(file, system) ? null : file;
}

/** Whether another program will not find, on Windows, what Node makes under this name; false elsewhere. */
export function isChangedByWindows(path: string, system: PlatformPath = paths): boolean {
  return system.sep === '\\' && changedByWindows.test(system.basename(path));
}

/** Why it has no name for the library, as a clause. */
export function nameFault(path: string): string {
  const file = paths.resolve(path);
  return file === file.trimEnd() ? 'Windows takes the name for another' : 'the name ends in a blank';
}
