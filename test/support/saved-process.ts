/** A process of each CPython version whose memory was saved (test/fixtures/memory), and what it said of itself then. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { layouts } from '../../src/record/layouts/cpython.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from '../../src/record/layouts/debug-offsets.js';
import type { Layout } from '../../src/record/layouts/layout.js';
import { Peek } from '../../src/record/peek.js';
import { decodePages, type Pages, SavedMemory } from '../../src/record/platform/saved.js';
import { supportedMinors } from './pythons.js';

export const savedFolder = fileURLToPath(new URL('../fixtures/memory/', import.meta.url));

/** Of which builds there is one. */
export const savedMinors = [...supportedMinors, '3.13t', '3.14t'] as const;

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
  /** Address of _PyRuntime. */
  readonly runtime: number;
  readonly threads: readonly SavedThread[];
}

export function loadSaved(minor: string): { process: SavedProcess; pages: Pages; layout: Layout } {
  const process: SavedProcess = JSON.parse(readFileSync(`${savedFolder}cpython-${minor}.json`, 'utf8'));
  const pages = decodePages(readFileSync(`${savedFolder}cpython-${minor}.pages`));
  const row = layouts.get(process.layout)!;
  if (!row.debugTable) return { process, pages, layout: row };
  const bytes = new Peek(new SavedMemory(pages)).bytes(process.runtime, debugTableBytes)!;
  const layout = applyDebugTable(row, readDebugTable(bytes)!);
  if (typeof layout === 'string') throw new Error(layout);
  return { process, pages, layout };
}
