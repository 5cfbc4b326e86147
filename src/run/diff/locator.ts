/** Where the files of a comparison are in a checkout. */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
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
      const path = resolve(place, file);
      const inside = relative(root, path);
      if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside) && existsSync(path)) return inside;
    }
    return null;
  };
}
