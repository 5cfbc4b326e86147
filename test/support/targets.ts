/**
 * Starts the programs of test/targets under an interpreter. One that lives in another root (a launcher that calls
 * chroot) gets a copy of the program inside that root.
 */
import { copyFileSync, mkdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Child } from './child.js';
import type { Python } from './pythons.js';
import { atEnd } from './scope.js';

const folder = fileURLToPath(new URL('../targets/', import.meta.url));

/** Where an interpreter sees the file system's root, by its path. */
const roots = new Map<string, Promise<string>>();

/** The root folder of an interpreter: "/", unless its launcher calls chroot. */
export function rootOf(python: Python): Promise<string> {
  let root = roots.get(python.path);
  if (root === undefined) {
    root = findRoot(python);
    roots.set(python.path, root);
  }
  return root;
}

async function findRoot(python: Python): Promise<string> {
  const child = new Child([
    python.path,
    '-c',
    'import sys; sys.stdout.write(\'{"up": 1}\\n\'); sys.stdout.flush(); sys.stdin.read()',
  ]);
  await child.told('up');
  try {
    return readlinkSync(`/proc/${child.pid}/root`);
  } finally {
    await child.stop();
  }
}

/** Whether an interpreter sees a root of its own, in which nothing is mounted: no /proc, and no folders of ours. */
export async function hasOwnRoot(python: Python): Promise<boolean> {
  return (await rootOf(python)) !== '/';
}

/** Path of a program, as the interpreter sees it. */
export async function programPath(python: Python, name: string): Promise<string> {
  const root = await rootOf(python);
  if (root === '/') return folder + name;
  const inside = '/tmp/pyspy-test-targets';
  mkdirSync(root + inside, { recursive: true });
  // Renamed into place: another test may be starting the same program just now.
  const temporary = `${root}${inside}/${name}.${process.pid}`;
  copyFileSync(folder + name, temporary);
  renameSync(temporary, `${root}${inside}/${name}`);
  return `${inside}/${name}`;
}

/** The command that runs a program. */
export async function commandOf(python: Python, name: string, ...args: string[]): Promise<string[]> {
  // The user's own site-packages and PYTHON… variables are not under test.
  const isolated = ['2.7', '3.3'].includes(python.minor) ? ['-E', '-s'] : ['-I'];
  return [python.path, ...isolated, await programPath(python, name), ...args];
}

/** Starts a program and waits until it prints {"ready": …}; the test kills it at its end. */
export async function startTarget(python: Python, name: string, ...args: string[]): Promise<Child> {
  const child = await openTarget(python, name, ...args);
  atEnd(() => child.stop());
  await child.told('ready');
  return child;
}

/** Starts a program, for several tests; its caller stops it. */
export async function openTarget(python: Python, name: string, ...args: string[]): Promise<Child> {
  return new Child(await commandOf(python, name, ...args));
}

/** Lines of a program that end in the comment "# line: NAME", by name. */
export function markedLines(name: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const [index, text] of readFileSync(folder + name, 'utf8')
    .split('\n')
    .entries()) {
    const mark = /# line: (\w+)/.exec(text);
    if (mark) lines.set(mark[1]!, index + 1);
  }
  return lines;
}
