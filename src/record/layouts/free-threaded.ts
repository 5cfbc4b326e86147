/**
 * Rows of free-threaded builds (--disable-gil, 3.13+): an object's head has 32 bytes instead of 16, which moves
 * all that stands behind it (Include/object.h, struct _object). What else differs, the interpreter's own table says.
 * Measured from the headers of 3.13.18, 3.14.8 and 3.15.0.
 */
import type { Layout } from './layout.js';
import { moved } from './moved.js';
import { withLongerHead } from './values.js';

const headGrowth = 16;

/** Where `kind` stands in the state of a str: behind `interned`, which has a byte of its own from 3.14 on. */
const kindBits: ReadonlyMap<string, number> = new Map([
  ['3.13', 2],
  ['3.14', 8],
  ['3.15', 8],
]);

export function freeThreaded(row: Layout): Layout {
  return {
    ...row,
    values: withLongerHead(row.values, headGrowth, row.frame.isObject),
    gil: row.gil.kind === 'interpreter' ? { ...row.gil, holder: 16, locked: 24, enabled: 0 } : row.gil,
    // A lock stands before the count of versions (3.13); from 3.14 on the table has another.
    interpreter: { ...row.interpreter, codeGeneration: null },
    code: { ...moved(row.code, headGrowth), version: null },
    functionCode: row.functionCode! + headGrowth,
    object: { type: 24, size: row.object.size + headGrowth },
    unicode: { ...moved(row.unicode, headGrowth), kindBit: kindBits.get(row.version) ?? row.unicode.kindBit },
    bytes: moved(row.bytes, headGrowth),
    dict: moved(row.dict, headGrowth),
    type: moved(row.type, headGrowth),
    module: moved(row.module, headGrowth),
    // No head of the garbage collector stands between this pointer and the object.
    managedDict: -8,
  };
}
