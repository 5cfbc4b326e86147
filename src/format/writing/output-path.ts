/** Whether a trace can be written at a path, and what to say when it cannot. */
import { closeSync, existsSync, openSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskFault } from '../../disk-fault.js';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { databaseName, nameFault } from '../files/database-name.js';
import { removeLeftovers, unfinishedName } from '../files/leftovers.js';
import { TraceReader } from '../reading/reader.js';

/**
 * Checks, before any work is done, that a trace can be made at `path`.
 * @param force whether an existing file may be replaced
 * @throws PyspyError of kind "usage" that names the reason
 */
export function checkOutput(path: string, force: boolean): void {
  if (path === '')
    throw new PyspyError('usage', 'the name of the trace to write is empty', { hint: 'Give one with -o.' });
  const fault = findNameFault(path);
  if (fault !== null)
    throw new PyspyError('usage', `cannot write ${JSON.stringify(path)}: ${fault}`, {
      hint: 'Choose another name with -o.',
    });
  const folder = dirname(path);
  const folderStat = statIfThere(folder);
  if (folderStat === undefined)
    throw new PyspyError('usage', `cannot write ${path}: there is no directory ${folder}`, {
      hint: `Create it (mkdir -p), or choose another place with -o.`,
    });
  const stat = statIfThere(path);
  // The longest name that it is to have beside it.
  statIfThere(`${path}-journal`);
  if (stat?.isDirectory() || !folderStat.isDirectory())
    throw new PyspyError(
      'usage',
      `cannot write ${path}: ${stat ? 'it' : folder} is ${stat ? '' : 'not '}a directory`,
      {
        hint: 'Choose another place with -o.',
      },
    );
  if (stat !== undefined && !stat.isFile())
    throw new PyspyError('usage', `cannot write ${path}: it is not a regular file, and a trace must be one`, {
      hint: 'Choose another place with -o.',
    });
  if (force && stat !== undefined && isBeingRecorded(path))
    throw new PyspyError('usage', `${path} is being recorded just now and is not replaced`, {
      hint: 'End that recording first, or choose another name with -o.',
    });
  if (!force) {
    // A journal would be put back into the new file.
    for (const taken of [path, `${path}-wal`, `${path}-journal`]) if (existsSync(taken)) throw isTaken(taken);
  }
  // Only an attempt tells whether a file can be made here (permissions, read-only file systems, quotas).
  const probe = `${unfinishedName(path)}-journal`;
  try {
    closeSync(openSync(probe, 'wx'));
  } catch (error) {
    throw cannotCreate(path, error);
  }
  rmSync(probe, { force: true });
  removeLeftovers(folder);
}

function isBeingRecorded(path: string): boolean {
  let reader: TraceReader | undefined;
  try {
    reader = TraceReader.open(path);
    return reader.state() === 'recording';
  } catch {
    // Not a trace, or none that can be read: with --force it may be replaced.
    return false;
  } finally {
    reader?.close();
  }
}

/** Why a trace cannot have this name, as a clause; null where it can. Every name is that of this very file, or refused. */
function findNameFault(path: string): string | null {
  // What Node makes of an argument whose bytes are no text: another name.
  if (path.includes('\ufffd')) return 'the name is not UTF-8';
  return databaseName(path) === null ? nameFault(path) : null;
}

/** undefined also where something on the way is a file and no directory (ENOTDIR). */
function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') return undefined;
    throw cannotCreate(path, error);
  }
}

/** The error for a file that is there and is not to be replaced. */
export function isTaken(path: string): PyspyError {
  return new PyspyError('usage', `${path} exists already and is not overwritten`, {
    hint: 'Choose another name with -o, or give --force to replace it.',
  });
}

function cannotCreate(path: string, error: unknown): PyspyError {
  const code = systemErrorCode(error);
  const fault = diskFault(error);
  const reason =
    code === 'EACCES' || code === 'EPERM'
      ? `no permission to create files in ${dirname(path)}`
      : code === 'EROFS'
        ? `${dirname(path)} is on a read-only file system`
        : (fault?.reason ?? `${dirname(path)} does not take new files (${code ?? String(error)})`);
  return new PyspyError(fault?.isFull ? 'output' : 'usage', `cannot write ${path}: ${reason}`, {
    hint: 'Choose another place with -o.',
    cause: error,
  });
}

/** The error for a write that failed in the middle of a recording. */
export function outputError(path: string, error: unknown): PyspyError {
  if (error instanceof PyspyError) return error;
  const { full, reason } = describeFault(error);
  return new PyspyError('output', `recording to ${path} stopped: ${reason}`, {
    hint: full
      ? 'What was written before is kept and can be replayed; make room, or record to another disk with -o.'
      : 'What was written before is kept and can be replayed.',
    cause: error,
  });
}

/** The error for a trace that could not be written to its end, and of which nothing is left. */
export function unfinishedError(path: string, error: unknown): PyspyError {
  if (error instanceof PyspyError) return error;
  return new PyspyError('output', `writing ${path} failed: ${describeFault(error).reason}`, {
    hint: 'Nothing is left of it; make room, or choose another place with -o.',
    cause: error,
  });
}

function describeFault(error: unknown): { full: boolean; reason: string } {
  const fault = diskFault(error);
  if (fault !== null) return { full: fault.isFull, reason: fault.reason };
  const message = error instanceof Error ? error.message : error;
  return { full: false, reason: `writing failed (${systemErrorCode(error) ?? 'unknown'}: ${message})` };
}
