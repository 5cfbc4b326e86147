/** Files beside a trace: made by reading it, or needed for reading a copy. */
import { constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import { PyspyError } from '../errors.js';
import { fileStat } from './file-stat.js';

/** Longer than a recorder takes to write for the first time, in ms. */
const freshForMs = 5_000;

/**
 * Reading a file in write-ahead mode makes a log and shared memory beside it. A recorder has both from its first moment
 * on; what was not there before is nobody's but ours.
 * @returns what removes them after closing
 */
export function rememberSideFiles(file: string): () => void {
  const before = fileStat(file)?.ino;
  const ours = ['-wal', '-shm'].map((suffix) => file + suffix).filter((name) => !existsSync(name));
  return () => {
    // Another file under this name, made in the meantime, has side files of its own.
    const stat = fileStat(file);
    if (stat === undefined || stat.ino !== before) return;
    // A file that was just made may have a recorder by now, whose log is still empty.
    if (ours.includes(`${file}-wal`) && Math.abs(Date.now() - stat.mtimeMs) < freshForMs) return;
    // A log that is new and has something in it is a recorder's, which came after us, and so is the shared memory.
    if (ours.includes(`${file}-wal`) && (fileStat(`${file}-wal`)?.size ?? 0) > 0) return;
    for (const name of ours) {
      if (fileStat(name) === undefined) continue;
      try {
        rmSync(name);
      } catch {
        // Somebody else was tidier, or the folder takes no changes any more.
      }
    }
  };
}

/**
 * Copies a file and its log as of one moment, as far as that can be seen from outside.
 * @param path how to call it in an error
 * @throws PyspyError of kind "trace" where it is written too fast, system errors
 */
export function copyWithLog(path: string, from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    const before = fingerprint(from);
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`, constants.COPYFILE_FICLONE);
    else rmSync(`${to}-wal`, { force: true });
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
  return [file, `${file}-wal`]
    .map((name) => {
      const stat = fileStat(name);
      return `${stat?.size} ${stat?.mtimeMs}`;
    })
    .join();
}
