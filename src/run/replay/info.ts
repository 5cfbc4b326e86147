/** What a trace holds. */
import type { TextResult } from '../../render/text/render-text.js';
import { describeTrace } from '../../replay/answers/info.js';
import { withTrace } from './open-traces.js';

/** @throws PyspyError of kind "trace" */
export async function runInfo(file: string): Promise<TextResult> {
  return { kind: 'info', file, result: await withTrace(file, describeTrace) };
}
