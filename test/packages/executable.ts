/** The packages that are tested, made once for a build: by the same commands as for a release. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { licenseFileOf } from '../../scripts/binary/scripts.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The system that this is, as the build calls it. */
const target = `${process.platform}-${process.arch}`;

/** Whether there is an executable for it; Debian's Node, which is a library, cannot carry programs, and some come without a license. */
export const isTarget =
  ['linux-x64', 'linux-arm64'].includes(target) &&
  readFileSync(process.execPath).includes('NODE_SEA_FUSE_') &&
  licenseFileOf(realpathSync(process.execPath)) !== undefined;

/** What it is made of, besides dist/, or says of itself. */
const sources = ['dist/bundle/load.cjs', 'package.json', 'package-lock.json', 'schema', 'scripts/binary'];

/** A folder of its own in which there is nothing but the executable; the caller removes it. */
export function placeExecutable(): { folder: string; executable: string } {
  const built = join(root, 'release-out', `pyspy-${target}`);
  const age = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
  const newest = Math.max(...sources.map((name) => age(join(root, name))), age(process.execPath));
  if (age(built) <= newest) build('scripts/binary/build.js', '--out', built);
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-packages-'));
  const executable = join(folder, 'pyspy');
  copyFileSync(built, executable);
  return { folder, executable };
}

/** Runs a script of the build. @returns what it printed */
export function build(script: string, ...args: string[]): string {
  const made = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, encoding: 'utf8' });
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' });
  return made.stdout.trim();
}

export function remove(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
