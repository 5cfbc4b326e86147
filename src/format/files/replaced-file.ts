/** What has a name already that a result is to get: which links are followed, and what becomes of its mode. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PyspyError } from '../../errors.js';
import { isOwn } from './file-stat.js';

/** As many as Linux follows (MAXSYMLINKS). */
const maxLinks = 40;

/**
 * The file that a name stands for, over links of the user's own and of root's. Another user's link in a shared folder may
 * have been put there to lead our writing astray.
 * @returns its real name, as far as it can be told; it may not be there
 * @throws PyspyError of kind "usage" for a link that belongs to another user
 */
export function followLinks(path: string): string {
  let file = resolve(path);
  for (let links = 0; links < maxLinks; links++) {
    const stat = linkStat(file);
    if (!stat?.isSymbolicLink()) break;
    if (!isTrusted(stat))
      throw new PyspyError(
        'usage',
        `cannot write ${path}: ${file === resolve(path) ? 'it' : file} is a link of another user's (${stat.uid}), and not followed`,
        { hint: 'Remove it, or choose another place with -o.' },
      );
    file = resolve(dirname(file), readlinkSync(file));
  }
  return file;
}

/**
 * The mode for a file that takes the place of another: what was kept from others stays so.
 * @returns null for that of a new file: nothing is there, or a link, which is replaced itself
 */
export function keptMode(path: string): number | null {
  const stat = linkStat(path);
  if (!stat?.isFile()) return null;
  // Another user's file may have been put there with a mode that lets all of them in.
  return isOwn(stat) ? stat.mode & 0o777 : stat.mode & 0o666 & ~process.umask();
}

function isTrusted(stat: Stats): boolean {
  return stat.uid === 0 || isOwn(stat);
}

function linkStat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
