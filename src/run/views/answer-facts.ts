/** What answers about a trace say of it, whatever they answer. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { Answer } from '../../render/text/answer.js';
import { CodePaths } from '../../replay/names/code-path.js';
import { cutStacks } from '../../replay/samples/quality.js';
import type { ChosenSamples } from '../replay/chosen-samples.js';

/** @param how.fullFilenames whether files have their whole paths */
export function answerFacts(
  reader: TraceReader,
  { words }: Pick<ChosenSamples, 'words'>,
  { fullFilenames, name = reader.path }: { readonly fullFilenames: boolean; readonly name?: string },
): Answer {
  const processes = reader.processes();
  const paths = new CodePaths(processes);
  return {
    trace: { path: name, processes },
    filters: words,
    shorten: (path) => (fullFilenames ? path : paths.relative(path)),
    cutStacks: cutStacks(reader),
  };
}
