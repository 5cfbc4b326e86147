/** The stacks of all threads at a moment of a recording. */
import type { TextResult } from '../../render/text/render-text.js';
import { dumpAt } from '../../replay/answers/dump-at.js';
import { resolveMoment } from '../../replay/window/window.js';
import { withTrace } from './open-traces.js';

/**
 * @param at the moment, as the user wrote it
 * @param nativeAll whether the interpreter's own native frames are shown, too
 * @throws PyspyError of kind "trace" or "usage"
 */
export function dumpRecording(file: string, at: string, nativeAll: boolean): Promise<TextResult> {
  return withTrace(file, (reader) => ({
    kind: 'dump',
    trace: { file, state: reader.state() },
    result: dumpAt(reader, resolveMoment(reader, at, '--at'), nativeAll ? 'all' : 'usual'),
  }));
}
