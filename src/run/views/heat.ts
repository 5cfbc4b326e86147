/** The source of one file with the time of its lines, for a terminal. */
import { PyspyError } from '../../errors.js';
import { whyNothing } from '../../render/text/nothing.js';
import type { TextResult } from '../../render/text/render-text.js';
import { heatOf } from '../../replay/answers/heat.js';
import { foldWindow } from '../../replay/sums/fold.js';
import type { AskedWindow, ChosenSamples } from '../replay/chosen-samples.js';
import { findNothing } from '../replay/nothing-found.js';
import { withSummedTrace } from '../replay/summed-trace.js';
import { answerFacts } from './answer-facts.js';
import { readSource } from './source-file.js';

export interface HeatRequest {
  readonly file: string;
  /** Source file, by the end of its path; null for the hottest. */
  readonly name: string | null;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  /** Where sources are instead; null for where they were. */
  readonly sourceFolder: string | null;
  /** Lines with less are left out of text, in percent. */
  readonly minPct: number;
  /** Lines around those that are shown; null for the whole file. */
  readonly context: number | null;
  readonly rollups: boolean;
}

/**
 * Sums up a window by the lines of a file.
 * @param show is called with the answer, while the trace is open
 * @throws PyspyError of kind "trace" or "usage", which it is, too, where no code of any file was sampled
 */
export async function runHeat(
  request: HeatRequest,
  show: (answer: TextResult) => Promise<void>,
): Promise<void> {
  const { file, samples, name, rollups, minPct, context } = request;
  await withSummedTrace(file, request, (reader, window) => {
    const heat = heatOf(reader, window, samples.filter, { name, rollups });
    if (heat === null) {
      const { counts } = foldWindow(reader, window, samples.filter);
      const left = { idle_samples: counts.idleSamples, idle_s: counts.idleNs / 1e9 };
      throw new PyspyError('usage', 'no code of a source file was sampled here', {
        hint: whyNothing(findNothing(reader, samples, left)),
      });
    }
    const { lines: texts, ...source } = readSource(
      reader,
      { file: heat.sums.file, functions: heat.functions, sampled: heat.sums.lines.map(({ line }) => line) },
      request.sourceFolder,
    );
    const lines = heat.sums.lines.map((line) => ({ ...line, source: texts?.[line.line - 1] ?? null }));
    return show({
      kind: 'heat',
      ...answerFacts(reader, samples, { fullFilenames: false }),
      result: { ...heat.sums, source, lines },
      ...{ texts, minPct, context },
    });
  });
}
