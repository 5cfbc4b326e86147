/** The files that SQLite keeps beside a database: made by reading it, or needed for that. */
import { existsSync, lstatSync, rmSync, type Stats } from 'node:fs';
import { PyspyError } from '../../errors.js';
import { fileStat } from './file-stat.js';

/** Longer than a recorder takes to write for the first time, in ms. */
const freshForMs = 5_000;

/** Of each, the bytes that it has; 0 where it is not there. */
export interface SideFiles {
  readonly logBytes: number;
  readonly journalBytes: number;
  /** Whether there is shared memory, or room for it; a pipe in its place would be waited for. */
  readonly hasPlainMemory: boolean;
}

/**
 * Looks at what lies beside a file.
 * @param path how to call the trace in an error
 * @param file its real name
 * @throws PyspyError of kind "trace" where a log or journal is no regular file
 */
export function lookBeside(path: string, file: string): SideFiles {
  const sizes = ['-wal', '-journal'].map((suffix) => {
    const stat = ownStat(file + suffix);
    if (stat !== undefined && !stat.isFile())
      throw new PyspyError(
        'trace',
        `${path}${suffix} is not a regular file, and the ${nouns[suffix]} of a trace is one`,
        {
          hint: 'Move it away; what is beside a trace is a part of it.',
        },
      );
    return stat?.size ?? 0;
  });
  const [logBytes, journalBytes] = sizes as [number, number];
  const memory = ownStat(`${file}-shm`);
  return { logBytes, journalBytes, hasPlainMemory: memory === undefined || memory.isFile() };
}

const nouns: Readonly<Record<string, string>> = { '-wal': 'log', '-journal': 'journal' };

/** Of the name itself, not of what a link leads to. */
function ownStat(file: string): Stats | undefined {
  try {
    return lstatSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Reading a file in write-ahead mode makes a log and shared memory beside it. A recorder has both from its first moment
 * on; files that were not there before are ours.
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
        // Another run removed it, or the folder takes no changes any more.
      }
    }
  };
}
