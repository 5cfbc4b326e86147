/** Programs of C among the tests' targets, and libraries that others of them load. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Python } from './pythons.js';
import { atEnd } from './scope.js';
import { rootOf } from './targets.js';

/** Whether this machine has a C compiler. */
export const canCompile = spawnSync('cc', ['--version']).status === 0;
/** Whether that compiles C++, too. */
export const canCompileCpp =
  canCompile && spawnSync('cc', ['-x', 'c++', '-fsyntax-only', '-'], { input: '' }).status === 0;

/** Builds a program of test/targets under a name; it is gone when the test is over. @returns its path */
export function compileProgram(source: string, name: string): string {
  return build(source, name, ['-O1', '-s']);
}

/**
 * Builds a library of test/targets that needs no other; it is gone when the test is over.
 * @returns its path, as the interpreter sees it
 */
export async function compileLibrary(python: Python, source: string): Promise<string> {
  const built = build(source, 'built.so', ['-shared', '-fPIC', '-nostdlib']);
  const root = await rootOf(python);
  if (root === '/') return built;
  mkdirSync(root + dirname(built), { recursive: true });
  atEnd(() => rmSync(root + dirname(built), { recursive: true }));
  copyFileSync(built, root + built);
  return built;
}

function build(source: string, name: string, options: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-test-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  const built = join(folder, name);
  const path = fileURLToPath(new URL(`../targets/${source}`, import.meta.url));
  const { status, stderr } = spawnSync('cc', [...options, '-o', built, path]);
  if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
  return built;
}
