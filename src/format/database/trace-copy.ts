/** A private copy of a trace, for a folder that takes no files beside it. */
import { constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import { PyspyError } from '../../errors.js';
import { fileStat } from '../files/file-stat.js';

const suffixes = ['', '-journal', '-wal'];

/**
 * Copies a file, its log and its journal as of one moment, as far as that can be seen from outside.
 * @param path how to call it in an error
 * @throws PyspyError of kind "trace" where it is written too fast, system errors
 */
export function copyWithLog(path: string, from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    const before = fingerprint(from);
    for (const suffix of suffixes)
      if (suffix === '' || existsSync(from + suffix))
        copyFileSync(from + suffix, to + suffix, constants.COPYFILE_FICLONE);
      else rmSync(to + suffix, { force: true });
    if (fingerprint(from) === before) return;
    if (attempt === 5)
      throw new PyspyError(
        'trace',
        `${path} changes too fast to be copied, and its folder takes no new files`,
        {
          hint: 'Wait until the recording has ended, or read it as a user who can write to its folder.',
        },
      );
  }
}

function fingerprint(file: string): string {
  return suffixes
    .map((suffix) => {
      const stat = fileStat(file + suffix);
      return `${stat?.size} ${stat?.mtimeMs}`;
    })
    .join();
}
