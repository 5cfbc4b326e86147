/** Which CPython a process runs: from its own memory, the file name last. */

import type { PythonVersion } from '../layouts/python-version.js';
import type { Peek } from '../memory/peek.js';
import type { Module } from './modules.js';

/** Writable memory searched for the version text, at most, per module. */
const maxScan = 16 << 20;

/**
 * What Py_GetVersion() fills its buffer with: "%.80s (%.80s) %.80s" (Python/getversion.c). Distributors put words
 * of their own between the number and the parenthesis.
 */
const versionText =
  /\b([23])\.(\d{1,2})\.(\d{1,3})((?:a|b|rc)\d{1,2})?\+? (?:[^(\0]{1,60} )?\([^)\0]{1,80}\) ?\n?\[[^\]\0]{1,80}\]/;

/** Looks for the text of sys.version in the writable memory of a module. */
export function findVersionText(peek: Peek, module: Module): PythonVersion | null {
  let left = maxScan;
  const step = 1 << 18;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    // Pieces overlap, so that no text is cut in two.
    for (let at = mapping.start; at < mapping.end && left > 0; at += step, left -= step) {
      const bytes = peek.bytes(at, Math.min(step + 256, mapping.end - at));
      const match = bytes && versionText.exec(Buffer.from(bytes.buffer).toString('latin1'));
      if (match)
        return {
          major: Number(match[1]),
          minor: Number(match[2]),
          micro: Number(match[3]),
          preRelease: match[4] ?? '',
          build: match[0].replace(/\s+/g, ' '),
        };
    }
  }
  return null;
}
