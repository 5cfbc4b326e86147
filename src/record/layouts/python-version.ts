/** A version of CPython. */
import { basename } from 'node:path';

export interface PythonVersion {
  readonly major: number;
  readonly minor: number;
  /** Null where only the name of a file tells the version. */
  readonly micro: number | null;
  /** "", "a1", "b2", "rc3". */
  readonly preRelease: string;
  /** All of sys.version, or the number alone where that text was not found. */
  readonly build: string;
}

/** "3.9.18"; "3.9" where it is not known which. */
export function formatVersion({ major, minor, micro, preRelease }: PythonVersion): string {
  return `${major}.${minor}${micro === null ? '' : `.${micro}`}${preRelease}`;
}

/** @param hex PY_VERSION_HEX: 0xMMmmppLS (patchlevel.h) */
export function versionFromHex(hex: number, build: string): PythonVersion {
  const level = (hex >>> 4) & 0xf;
  const letter = { 10: 'a', 11: 'b', 12: 'rc' }[level] ?? '';
  return {
    major: hex >>> 24,
    minor: (hex >>> 16) & 0xff,
    micro: (hex >>> 8) & 0xff,
    preRelease: letter === '' ? '' : `${letter}${hex & 0xf}`,
    build,
  };
}

/** "libpython3.9.so.1.0", "python3.9", "python39.dll": the minor version only. */
export function versionFromName(path: string): PythonVersion | null {
  const match = /python([23])(?:\.(\d{1,2})|(\d{1,2})(?:_d)?\.dll$)/i.exec(basename(path));
  if (!match) return null;
  const minor = match[2] ?? match[3];
  const text = `${match[1]}.${minor}`;
  return { major: Number(match[1]), minor: Number(minor), micro: null, preRelease: '', build: text };
}
