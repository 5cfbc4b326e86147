/**
 * Rows of builds for Windows x64, where `long` has four bytes (LLP64). From 3.13 on the interpreter's own table says most
 * of it; earlier versions have structures that were not measured there. Worked out from the headers of 3.13 to 3.15
 * (Include/cpython/pystate.h, struct _ts), and not from a running Python for Windows: docs/versions.md says what was run.
 */
import { layouts } from './cpython.js';
import type { Layout } from './layout.js';

/** Size of `unsigned long`, which both ids of a thread are. */
const longBytes = 4;

function llp64(row: Layout): Layout {
  const { thread } = row;
  // Two words become one; all that stands behind them in a thread state lies closer by a word.
  const dataStackChunk = thread.dataStackChunk === null ? null : thread.dataStackChunk - 2 * longBytes;
  return {
    ...row,
    thread: { ...thread, idBytes: longBytes, nativeId: thread.id + longBytes, dataStackChunk },
    // Where the table does not say where the count is (3.13), it is not known behind structures of the system's.
    interpreter: { ...row.interpreter, codeGeneration: null },
    code: { ...row.code, version: null },
  };
}

/** Rows by minor version. */
export const llp64Layouts: ReadonlyMap<string, Layout> = new Map(
  [...layouts].filter(([, row]) => row.debugTable).map(([version, row]) => [version, llp64(row)]),
);
