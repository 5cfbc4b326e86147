/**
 * What comes with the code: schemas, the manifest, and what the build makes. Nothing else knows where that is: the single
 * executable has it inside (scripts/binary/inside.js takes the place of this module).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

const root = new URL('..', import.meta.url);

/** What is run from src/, such as tests, takes what the last build made. */
const built = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : '.', import.meta.url);

/** The threads besides the main one, by the file of the build that begins them. */
const threads = { recorder: 'bundle/worker-thread.cjs', sql: 'bundle/sql-thread.cjs' } as const;

/** The folder of the package, for people. */
export const packageFolder: string = fileURLToPath(root);

/** Text of a file as it is in the repository: "package.json", "schema/trace.sql". */
export function readPackageFile(name: string): string {
  return readFileSync(new URL(name, root), 'utf8');
}

/**
 * Bytes of a file that the build made, named as under dist/.
 * @throws {Error} where it has not been made
 */
export function readBuiltFile(name: string): Buffer {
  return readFileSync(new URL(name, built));
}

/** Starts a thread; the caller ends it. */
export function startThread(name: keyof typeof threads, options: WorkerOptions = {}): Worker {
  return new Worker(new URL(threads[name], built), options);
}
