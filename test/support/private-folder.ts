/** A folder below the system's temporary one that is kept from run to run, and that nobody else can have put anything into. */
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @throws Error if there is something else, or another user's, by that name */
export function privateFolder(name: string): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `pyspy-${name}-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} is not a folder of this user alone: remove it`);
  return folder;
}
