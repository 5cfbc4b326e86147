/** The very files that a process has mapped, wherever they can be opened: containers, deleted and replaced files. */
import type { Mapping } from '../processes.js';
import { readRegular } from '../regular-file.js';
import { procFolder } from './proc.js';

/** As `Platform.readMappedFile`. */
export function readMappedFile<T>(
  pid: number,
  mapping: Mapping,
  isExecutable: boolean,
  read: (fd: number, size: number) => T | null,
): T | null {
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  const folder = procFolder(pid);
  const places = [
    `/proc/${pid}/map_files/${range}`,
    ...(isExecutable ? [`${folder}/exe`] : []),
    `${folder}/root${mapping.path}`,
    mapping.path,
  ];
  for (const place of places) {
    try {
      // Another file may have taken the path (an upgrade): only the mapped inode is the truth.
      const result = readRegular(place, (fd, { ino, size }) =>
        ino === mapping.inode ? read(fd, size) : null,
      );
      if (result !== null) return result;
    } catch {
      // Not readable by this way; the next may be.
    }
  }
  return null;
}

/** As `Platform.readFileSeenBy`. */
export function readFileSeenBy<T>(
  pid: number,
  path: string,
  read: (fd: number, size: number) => T | null,
): T | null {
  for (const place of [`${procFolder(pid)}/root${path}`, path]) {
    try {
      const result = readRegular(place, (fd, { size }) => read(fd, size));
      if (result !== null) return result;
    } catch {
      // Not there, or not readable by this way; the next may be.
    }
  }
  return null;
}

/** A device as /proc/PID/maps writes it; its number packs both parts (new_encode_dev, include/linux/kdev_t.h). */
export function deviceText(device: number): string {
  const hex = (part: number): string => part.toString(16).padStart(2, '0');
  return `${hex((device >>> 8) & 0xfff)}:${hex((device & 0xff) | ((device >>> 12) & 0xfff00))}`;
}
