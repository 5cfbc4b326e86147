/** What a file is, told from its first bytes before any library opens it. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { lookBeside, type SideFiles } from '../files/side-files.js';
import { applicationId } from '../vocabulary.js';

export const notATraceHint = 'Give a file that was written by "pyspy record".';

/**
 * Checks that a file may be a trace.
 * @param path how to call it in an error
 * @param file its real name
 * @returns what lies beside it
 * @throws PyspyError of kind "trace": not there, not readable, no regular file, empty, something else, truncated
 */
export function checkHeader(path: string, file: string): SideFiles {
  let descriptor: number;
  try {
    // Opening a pipe for reading would wait for a writer.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw cannotOpen(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory())
      throw new PyspyError('trace', `${path} is a directory, not a trace`, { hint: notATraceHint });
    if (!stat.isFile())
      throw new PyspyError('trace', `${path} is not a regular file, and a trace is one`, {
        hint: notATraceHint,
      });
    const beside = lookBeside(path, file);
    if (stat.size === 0 && beside.logBytes === 0)
      throw new PyspyError('trace', `${path} is empty, not a trace`, { hint: notATraceHint });
    const header = Buffer.alloc(100);
    const length = readSync(descriptor, header, 0, header.length, 0);
    const magic = 'SQLite format 3\0';
    if (header.toString('latin1', 0, Math.min(length, magic.length)) !== magic.slice(0, length))
      throw new PyspyError('trace', `${path} is not a trace: it is no SQLite database`, {
        hint: notATraceHint,
      });
    if (length < header.length) throw truncated(path, stat, null);
    // With a log beside it the newest header may be in there, and pages that the file does not have yet; with a journal, the
    // header may be half written.
    if (beside.logBytes > 0 || beside.journalBytes > 0) return beside;
    if (header.readUInt32BE(68) !== applicationId) throw notATrace(path);
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    const bytes = pageSize * header.readUInt32BE(28);
    const sizeIsValid = header.readUInt32BE(24) === header.readUInt32BE(92);
    if (sizeIsValid && stat.size < bytes) throw truncated(path, stat, bytes);
    return beside;
  } finally {
    closeSync(descriptor);
  }
}

/** The error for a SQLite database of another program. */
export function notATrace(path: string): PyspyError {
  return new PyspyError('trace', `${path} is not a trace: it is a SQLite database of something else`, {
    hint: notATraceHint,
  });
}

function truncated(path: string, stat: Stats, bytes: number | null): PyspyError {
  const missing = bytes === null ? 'not even its header is whole' : `it should have ${bytes}`;
  return new PyspyError('trace', `${path} is truncated: it has ${stat.size} bytes, and ${missing}`, {
    hint: 'Copy it again from where it was recorded; while it is being recorded, copy the -wal file beside it too.',
  });
}

/** The error for a file that the system does not hand out. */
export function cannotOpen(path: string, error: unknown): PyspyError {
  const code = systemErrorCode(error);
  const [what, hint] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? [`${path}: there is no such file`, 'Check the name; "pyspy record -o FILE" makes one.']
      : code === 'EACCES' || code === 'EPERM'
        ? [
            `${path} cannot be read: no permission`,
            'Read it as the user who recorded it, or change its mode (chmod).',
          ]
        : [`${path} cannot be read: ${error instanceof Error ? error.message : error}`, notATraceHint];
  return new PyspyError('trace', what!, { hint: hint!, cause: error });
}
