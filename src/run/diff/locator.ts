/** Where the files of a comparison are in a checkout. */
import { existsSync } from 'node:fs';
import paths, { type PlatformPath } from 'node:path';
import type { TraceReader } from '../../format/reading/reader.js';

/**
 * Finds a row's file: where we are, or where a run of B was started. Reports point to it only if it is there and
 * inside the checkout, since files of packages and of the standard library are called much the same.
 */
export function createLocator(b: readonly TraceReader[]): (file: string) => string | null {
  const root = process.env.GITHUB_WORKSPACE || process.cwd();
  const places = new Set([process.cwd(), ...b.flatMap((reader) => reader.processes().map(({ cwd }) => cwd))]);
  return (file) => {
    if (file === '' || file.includes('\0')) return null;
    for (const place of places) {
      if (!place) continue;
      const path = paths.resolve(place, file);
      const inside = insideOf(root, path);
      if (inside !== null && existsSync(path)) return inside;
    }
    return null;
  };
}

/**
 * A path inside of a folder, as reports have it: relative, with a slash between its parts on every system.
 * @returns null where it is not inside
 */
export function insideOf(folder: string, path: string, system: PlatformPath = paths): string | null {
  const inside = system.relative(folder, path);
  if (inside === '' || inside.startsWith('..') || system.isAbsolute(inside)) return null;
  return inside.replaceAll(system.sep, '/');
}
