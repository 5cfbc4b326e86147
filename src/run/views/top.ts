/** Where the time of a recording went. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { TextResult } from '../../render/text/render-text.js';
import { summarize, type TopOptions } from '../../replay/answers/top.js';
import type { Window } from '../../replay/window/window.js';
import type { AskedWindow, ChosenSamples } from '../replay/chosen-samples.js';
import { repeatedly } from '../replay/follow.js';
import { findNothing } from '../replay/nothing-found.js';
import { withSummedTrace } from '../replay/summed-trace.js';
import { answerFacts } from './answer-facts.js';

export interface TopRequest extends TopOptions {
  readonly file: string;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  /** Whether sums may be used and made. */
  readonly rollups: boolean;
  /** Whether files have their whole paths. */
  readonly fullFilenames: boolean;
  /** Between two answers; null for one answer. */
  readonly intervalMs: number | null;
}

/**
 * Sums up a window, once or again and again.
 * @param show is called for each answer, while the trace is open
 * @throws PyspyError of kind "trace" or "usage"
 */
export async function runTop(
  request: TopRequest,
  show: (answer: TextResult) => Promise<void>,
): Promise<void> {
  const { file, intervalMs } = request;
  await repeatedly(file, intervalMs, () =>
    withSummedTrace(file, request, (reader, window) => show(answerOf(reader, window, request))),
  );
}

function answerOf(reader: TraceReader, window: Window, request: TopRequest): TextResult {
  const { samples } = request;
  const result = summarize(reader, window, samples.filter, request);
  return {
    kind: 'top',
    ...answerFacts(reader, samples, request),
    result,
    nothing: result.samples > 0 ? null : findNothing(reader, samples, result),
  };
}
