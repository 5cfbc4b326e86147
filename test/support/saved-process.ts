/** A process of each CPython version whose memory was saved (test/fixtures/memory), and what it said of itself then. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodePages, type Pages, SavedMemory } from '../../src/platform/saved.js';
import { layouts } from '../../src/record/layouts/cpython.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from '../../src/record/layouts/debug-offsets.js';
import type { Layout } from '../../src/record/layouts/layout.js';
import { withTraceRefs } from '../../src/record/layouts/trace-refs.js';
import { Peek } from '../../src/record/memory/peek.js';
import { supportedMinors } from './pythons.js';

export const savedFolder = fileURLToPath(new URL('../fixtures/memory/', import.meta.url));

export interface SavedThread {
  readonly id: number;
  readonly native: number | null;
  readonly name: string;
  /** Innermost first: function, file, line. */
  readonly frames: readonly (readonly [string, string, number])[];
}

export interface SavedProcess {
  /** The interpreter's own version text. */
  readonly python: string;
  /** The row in layouts/cpython.ts; whether the build is free-threaded, its own table says. */
  readonly layout: string;
  /** Whether the build keeps all objects in a list (Py_TRACE_REFS). */
  readonly traceRefs?: boolean;
  /** Address of _PyRuntime. */
  readonly runtime: number;
  readonly threads: readonly SavedThread[];
}

/**
 * What is saved: a release build of each version; a debug build that keeps all objects in a list; and free-threaded
 * builds, of which "3.14t" was a development build with the structures of 3.14.8. All on x86-64, but for what `npm run test:arm64`
 * saved.
 */
export const savedNames: readonly string[] = [
  ...supportedMinors,
  ...['3.6-debug', '3.13t', '3.14t'],
  ...['3.9-arm64', '3.11-arm64', '3.13-arm64', '3.14-arm64', '3.15-arm64'],
];

/** @param name one of `savedNames` */
export function loadSaved(name: string): { process: SavedProcess; pages: Pages; layout: Layout } {
  const process: SavedProcess = JSON.parse(readFileSync(`${savedFolder}cpython-${name}.json`, 'utf8'));
  const pages = decodePages(readFileSync(`${savedFolder}cpython-${name}.pages`));
  const release = layouts.get(process.layout)!;
  const row = process.traceRefs ? withTraceRefs(release) : release;
  if (!row.debugTable) return { process, pages, layout: row };
  const bytes = new Peek(new SavedMemory(pages)).bytes(process.runtime, debugTableBytes)!;
  const layout = applyDebugTable(row, readDebugTable(bytes)!);
  if (typeof layout === 'string') throw new Error(layout);
  return { process, pages, layout };
}
