/** Libraries of C that programs of test/targets load. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Python } from './pythons.js';
import { atEnd } from './scope.js';
import { rootOf } from './targets.js';

/** Whether this machine has a C compiler. */
export const canCompile = spawnSync('cc', ['--version']).status === 0;

/**
 * Builds a file of test/targets that needs no library; it is gone when the test is over.
 * @returns its path, as the interpreter sees it
 */
export async function compile(python: Python, name: string): Promise<string> {
  const source = fileURLToPath(new URL(`../targets/${name}`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  const built = join(folder, 'built.so');
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-nostdlib', '-o', built, source]);
  if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
  const root = await rootOf(python);
  if (root === '/') return built;
  const inside = `${folder}/built.so`;
  mkdirSync(root + folder, { recursive: true });
  atEnd(() => rmSync(root + folder, { recursive: true }));
  copyFileSync(built, root + inside);
  return inside;
}
