/** Which shape a build gives its objects, asked of one that every interpreter has: its dict of modules. */
import type { Layout } from '../layouts/layout.js';
import { withTraceRefs } from '../layouts/trace-refs.js';
import type { Peek } from '../memory/peek.js';
import { readTypeName } from '../objects/objects.js';
import { listThreadStates } from './thread-list.js';

/**
 * @param runtime address of the layout's root
 * @returns the row for this build, "unknown" if its objects are like those of no build, or null if there is no such
 * dict yet
 */
export function fitObjects(peek: Peek, layout: Layout, runtime: number): Layout | 'unknown' | null {
  // From 3.13 on the list of objects is kept beside them.
  const shapes = layout.debugTable ? [layout] : [layout, withTraceRefs(layout)];
  const modules = (listThreadStates(peek, layout, runtime)?.interpreters ?? [])
    .map((interpreter) => peek.pointer(interpreter + layout.interpreter.modules))
    .filter((dict) => !!dict);
  if (modules.length === 0) return null;
  // A new subinterpreter's may not be complete.
  const fits = (shape: Layout): boolean =>
    modules.some((dict) => readTypeName(peek, shape, dict!) === 'dict');
  return shapes.find(fits) ?? 'unknown';
}
