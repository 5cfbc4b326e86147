/** A frame of the interner as text. */
import type { DumpFrame } from '../../format/dump-result.js';
import type { DictionaryRows } from '../code/interner.js';

/** @param rows all that the interner handed out: ids are dense and start at 1, so rows are found by position */
export function describeFrame(id: number, rows: DictionaryRows): DumpFrame {
  const frame = rows.frames[id - 1]!;
  const called = rows.functions[frame.function - 1]!;
  return {
    function: rows.strings[(called.qualname ?? called.name) - 1]!.text,
    file: rows.strings[called.file - 1]!.text,
    line: frame.line,
  };
}
