/** What is wrong with a disk or a file system, in words: of errors of the system (errno(3)) and of SQLite's. */
import { systemErrorCode } from './errors.js';

export interface DiskFault {
  /** A clause: "the disk is full". */
  readonly reason: string;
  /** Whether room has to be made. */
  readonly isFull: boolean;
}

const full: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  SQLITE_FULL: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

const locks = 'the file system gives no locks, as some network file systems and their mounts without them';
const failed = 'the disk failed';
const closed = 'it is on a read-only file system, or may not be written';

const others: Readonly<Record<string, string>> = {
  EIO: failed,
  EREMOTEIO: failed,
  EUCLEAN: 'the file system is damaged',
  EBADMSG: 'the file system is damaged',
  ENXIO: 'the disk is gone',
  ENODEV: 'the disk is gone',
  ESTALE: 'the network file system has lost the file',
  ENOTCONN: 'the network file system does not answer',
  EHOSTDOWN: 'the network file system does not answer',
  ETIMEDOUT: 'the network file system does not answer',
  ENOLCK: locks,
  SQLITE_PROTOCOL: locks,
  SQLITE_IOERR_LOCK: locks,
  SQLITE_IOERR_UNLOCK: locks,
  SQLITE_IOERR_RDLOCK: locks,
  SQLITE_IOERR_CHECKRESERVEDLOCK: locks,
  SQLITE_IOERR_SHMLOCK: locks,
  SQLITE_BUSY: 'another program holds it locked',
  SQLITE_LOCKED: 'another program holds it locked',
  SQLITE_IOERR_WRITE: 'the disk, or a quota of it, does not take what is written',
  SQLITE_IOERR_SHORT_READ: 'the file is shorter than it was',
  SQLITE_IOERR_NOMEM: 'there is no memory left',
  SQLITE_NOMEM: 'there is no memory left',
  ENOMEM: 'there is no memory left',
  SQLITE_IOERR: failed,
  SQLITE_CORRUPT: 'the file was changed meanwhile, or the disk is damaged',
  SQLITE_NOTADB: 'the file was changed meanwhile, or the disk is damaged',
  SQLITE_CANTOPEN: 'a file that it needs cannot be opened',
  SQLITE_READONLY: closed,
  EROFS: closed,
  EACCES: 'the permission for it is missing',
  EPERM: 'the permission for it is missing',
  EFBIG: 'files may not be larger (ulimit -f, or the file system)',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'it is in use by the system',
  EMLINK: 'it has too many names',
  EXDEV: 'it would move to another file system',
};

/** @returns null for an error that is not one of a disk's */
export function diskFault(error: unknown): DiskFault | null {
  const code = systemErrorCode(error);
  if (code === undefined) return null;
  // SQLite's codes have more and more precise ends: SQLITE_IOERR_FSYNC is a SQLITE_IOERR.
  for (
    let name = code;
    name !== '' && name !== 'SQLITE';
    name = name.slice(0, Math.max(name.lastIndexOf('_'), 0))
  ) {
    if (Object.hasOwn(full, name)) return { reason: full[name]!, isFull: true };
    if (Object.hasOwn(others, name)) return { reason: `${others[name]} (${code})`, isFull: false };
  }
  return null;
}
