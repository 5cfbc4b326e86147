/**
 * Rows of builds for Windows x64, where `long` has four bytes (LLP64), as differences from those of Linux. 3.9 to 3.12 were
 * measured from their headers, compiled by mingw; from 3.13 on the interpreter's own table says most of it, and the rest was read in the
 * headers (Include/cpython/pystate.h, struct _ts). None was checked against a Python for Windows: docs/versions.md says what was run.
 */
import { layouts } from './cpython.js';
import type { GilPlace, Layout } from './layout.js';

/** Size of `unsigned long`, which both ids of a thread are. */
const longBytes = 4;

/**
 * The versions that there are rows of; where the GIL's place in the runtime moves, to where: its locks are critical sections and
 * semaphores (Include/internal/pycore_condvar.h, _PY_EMULATED_WIN_CV).
 */
const versions: ReadonlyMap<string, GilPlace | null> = new Map([
  ['3.9', { kind: 'runtime', current: 496, waiters: null }],
  ['3.10', { kind: 'runtime', current: 496, waiters: null }],
  ['3.11', { kind: 'runtime', current: 504, waiters: null }],
  ['3.12', null],
  ['3.13', null],
  ['3.14', null],
  ['3.15', null],
]);

function llp64(row: Layout, gil: GilPlace | null): Layout {
  const { thread } = row;
  // Two words become one; all that stands behind them in a thread state lies closer by a word.
  const dataStackChunk = thread.dataStackChunk === null ? null : thread.dataStackChunk - 2 * longBytes;
  // Python's own id is the system's: where there is no other (to 3.10), it is both.
  const nativeId = thread.nativeId === null ? thread.id : thread.id + longBytes;
  return {
    ...row,
    gil: gil ?? row.gil,
    thread: { ...thread, idBytes: longBytes, nativeId, dataStackChunk },
    // Static (3.12), or behind structures of the system's that were not measured (3.13).
    interpreter: { ...row.interpreter, codeGeneration: null },
    code: { ...row.code, version: null },
  };
}

/** Rows by minor version. */
export const llp64Layouts: ReadonlyMap<string, Layout> = new Map(
  [...versions].map(([version, gil]) => [version, llp64(layouts.get(version)!, gil)]),
);
