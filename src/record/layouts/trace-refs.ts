/**
 * Builds that keep all objects in a list (Py_TRACE_REFS, Include/object.h): two pointers stand before everything
 * else in every object. `--with-pydebug` implies it up to 3.7, `--with-trace-refs` asks for it up to 3.12. Beside it
 * a debug build has the structures of a release build: measured with and without Py_DEBUG for every row up to 3.12.
 */
import type { Layout } from './layout.js';
import { moved } from './moved.js';
import { withLongerHead } from './values.js';

/** Bytes of `_ob_next` and `_ob_prev`. */
const added = 16;

/** The row for such a build: all fields of Python objects stand further behind. */
export function withTraceRefs(layout: Layout): Layout {
  const { object, frame, code, unicode, bytes, dict, type, module } = layout;
  return {
    ...layout,
    values: withLongerHead(layout.values, added, frame.isObject),
    object: moved(object, added),
    functionCode: layout.functionCode === null ? null : layout.functionCode + added,
    frame: !frame.isObject
      ? frame
      : {
          ...frame,
          code: frame.code + added,
          previous: frame.previous + added,
          instruction: frame.instruction + added,
          valueStack: frame.valueStack === null ? null : frame.valueStack + added,
          size: frame.size + added,
        },
    code: moved(code, added),
    unicode: { ...moved(unicode, added), kindBit: unicode.kindBit },
    bytes: moved(bytes, added),
    dict: moved(dict, added),
    type: moved(type, added),
    module: moved(module, added),
  };
}
