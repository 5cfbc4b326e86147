/**
 * Where the garbage collector's generations are, seen from the word that says whether it is under way (`collecting`;
 * Include/internal/pycore_gc.h, pycore_interp_structs.h). Linux x86-64, builds with the GIL; found with running
 * interpreters of 3.9, 3.11, 3.13, 3.14 and 3.15.
 */
import type { Layout } from './layout.js';

export interface GenerationsPlace {
  /** Either the first generation is there, or a pointer to it (`generation0`). */
  readonly kind: 'inside' | 'pointer';
  /** Bytes before `collecting`. */
  readonly before: number;
}

const v3_8: GenerationsPlace = { kind: 'pointer', before: 104 };

/** Before 3.8 the head of an object has three words. */
const rows: ReadonlyMap<string, GenerationsPlace> = new Map([
  ['3.8', v3_8],
  ['3.9', v3_8],
  ['3.10', v3_8],
  ['3.11', v3_8],
  ['3.12', v3_8],
  ['3.13', v3_8],
  ['3.14', { kind: 'inside', before: 168 }],
  ['3.15', { kind: 'inside', before: 104 }],
]);

/** Size of PyObject in builds with the GIL; those without one have no rings of objects. */
const usualHead = 16;

/** @returns null where it is not known */
export function generationsPlace({ version, object }: Layout): GenerationsPlace | null {
  return object.size === usualHead ? (rows.get(version) ?? null) : null;
}
