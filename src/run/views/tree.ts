/** The call tree of a recording, or of a part of it, for a terminal. */
import type { TextResult } from '../../render/text/render-text.js';
import { type TreeOptions, treeOf } from '../../replay/answers/tree.js';
import type { AskedWindow, ChosenSamples } from '../replay/chosen-samples.js';
import { findNothing } from '../replay/nothing-found.js';
import { withSummedTrace } from '../replay/summed-trace.js';
import { answerFacts } from './answer-facts.js';

export interface TreeRequest extends TreeOptions {
  readonly file: string;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  /** Whether files have their whole paths. */
  readonly fullFilenames: boolean;
}

/**
 * Sums up a window.
 * @param show is called with the answer, while the trace is open
 * @throws PyspyError of kind "trace" or "usage"
 */
export async function runTree(
  request: TreeRequest,
  show: (answer: TextResult) => Promise<void>,
): Promise<void> {
  const { file, samples } = request;
  await withSummedTrace(file, request, (reader, window) => {
    const result = treeOf(reader, window, samples.filter, request);
    return show({
      kind: 'tree',
      ...answerFacts(reader, samples, request),
      result,
      nothing: result.samples > 0 ? null : findNothing(reader, samples, result),
    });
  });
}
