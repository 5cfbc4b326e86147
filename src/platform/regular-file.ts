/**
 * Files whose paths another process names. A pipe or a device may have taken such a path: opening one would wait for a
 * writer, for ever, or do whatever the device does.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/**
 * Opens a file for reading, and closes it behind the reader.
 * @returns what `read` does; null where the path is not that of a regular file
 * @throws the system's error where it cannot be opened, and what `read` throws
 */
export function readRegular<T>(path: string, read: (fd: number, stat: Stats) => T): T | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stat = fstatSync(fd);
    return stat.isFile() ? read(fd, stat) : null;
  } finally {
    closeSync(fd);
  }
}

/**
 * The text of a small file, as UTF-8.
 * @returns null where it is no regular file, or has more bytes than that
 * @throws the system's error where it cannot be opened or read
 */
export function readSmallText(path: string, mostBytes: number): string | null {
  return readRegular(path, (fd) => {
    const bytes = Buffer.alloc(mostBytes + 1);
    const length = readSync(fd, bytes);
    return length > mostBytes ? null : bytes.toString('utf8', 0, length);
  });
}
