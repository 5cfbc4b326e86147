/** The commands that npm makes on Windows of the files that package.json names, made here by npm's own code. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

type MakeShims = (from: string, to: string) => Promise<unknown>;

/**
 * Makes `to`, for shells that Windows may have, `to`.cmd and `to`.ps1, which all run the file `from`.
 * Null where npm does not come with that code.
 */
export function findMakeShims(): MakeShims | null {
  const { stdout } = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' });
  const folder = join((stdout ?? '').trim(), 'npm/node_modules/cmd-shim');
  return existsSync(folder) ? (createRequire(import.meta.url)(folder) as MakeShims) : null;
}
