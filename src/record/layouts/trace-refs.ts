/**
 * Builds that keep all objects in a list (Py_TRACE_REFS, Include/object.h): two pointers stand before everything
 * else in every object. `--with-pydebug` implies it up to 3.7, `--with-trace-refs` asks for it up to 3.12. Beside it
 * a debug build has the structures of a release build: measured with and without Py_DEBUG for every row up to 3.12.
 */
import type { Layout } from './layout.js';
import { withLongerHead } from './values.js';

/** Bytes of `_ob_next` and `_ob_prev`. */
const added = 16;

/** The row for such a build: all fields of Python objects stand further behind. */
export function withTraceRefs(layout: Layout): Layout {
  const { object, frame, code, unicode, bytes, dict, type, module } = layout;
  return {
    ...layout,
    values: withLongerHead(layout.values, added, frame.isObject),
    object: { type: object.type + added, size: object.size + added },
    frame: !frame.isObject
      ? frame
      : {
          ...frame,
          code: frame.code + added,
          previous: frame.previous + added,
          instruction: frame.instruction + added,
          size: frame.size + added,
        },
    code: {
      ...code,
      filename: code.filename + added,
      name: code.name + added,
      qualname: code.qualname === null ? null : code.qualname + added,
      firstLine: code.firstLine + added,
      flags: code.flags + added,
      lineTable: code.lineTable + added,
      bytecode: code.bytecode === null ? null : code.bytecode + added,
    },
    unicode: {
      length: unicode.length + added,
      state: unicode.state + added,
      asciiSize: unicode.asciiSize + added,
      compactSize: unicode.compactSize + added,
    },
    bytes: { length: bytes.length + added, data: bytes.data + added },
    dict: { ...dict, keys: dict.keys + added, values: dict.values + added },
    type: {
      name: type.name + added,
      basicSize: type.basicSize + added,
      flags: type.flags + added,
      dictOffset: type.dictOffset + added,
      cachedKeys: type.cachedKeys + added,
    },
    module: { dict: module.dict + added },
  };
}
