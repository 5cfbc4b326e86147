/** How exports write a frame. */
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { functionName } from './code-name.js';

/** Function, file and line executed; function and file; or the function's name alone. */
export type FrameDetail = 'line' | 'function' | 'name';

/** `function (file:line)`, `function (file)` or `function`. */
export function frameText(frame: CodeFrame, detail: FrameDetail): string {
  const name = functionName(frame.function);
  const { file } = frame.function;
  if (detail === 'name' || file === '') return name;
  return detail === 'line' && frame.line > 0 ? `${name} (${file}:${frame.line})` : `${name} (${file})`;
}
