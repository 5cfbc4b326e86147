/** Writes a recording, or a part of it, in a format that other viewers read. */
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { whyNothing } from '../../render/text/nothing.js';
import { fewTicks, leanWords, missedPct } from '../../render/words/doubts.js';
import { counted, percentDigits } from '../../render/words/text-numbers.js';
import type { FrameDetail } from '../../replay/names/frame-text.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import type { WindowCounts } from '../../replay/samples/window-counts.js';
import type { Fold } from '../../replay/sums/fold.js';
import { outsideNs } from '../../replay/sums/own-time.js';
import { mayLean } from '../../replay/window/lateness-figures.js';
import { resolveWindow, type Window } from '../../replay/window/window.js';
import { tell } from '../output/notes.js';
import { writeOutput } from '../output/output-file.js';
import { joinBlocks, print, printBytes, printJsonPart } from '../output/stdout.js';
import type { AskedWindow, ChosenSamples } from './chosen-samples.js';
import {
  type ExportFormat,
  type ExportFormatRow,
  exportFormatNames,
  exportFormatRow,
} from './export-formats.js';
import { exporters } from './exporters.js';
import { findNothing } from './nothing-found.js';
import { withTrace } from './open-traces.js';

export interface ExportRequest {
  readonly file: string;
  readonly format: ExportFormat;
  /** File to write; null for stdout. */
  readonly output: string | null;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  readonly detail: FrameDetail;
  /** Whether folded stacks begin with their thread. */
  readonly threads: boolean;
}

/** @throws PyspyError as reading and writing do; of kind "usage" where bytes would go to a terminal */
export async function exportTrace(request: ExportRequest): Promise<void> {
  const { file, format, output, samples: chosen, detail, threads } = request;
  const { content, times = false, whole = false } = exportFormatRow(format);
  if (whole && chosen.words.length > 0)
    throw new PyspyError(
      'usage',
      `${format} has all samples of a window, and no filter: ${chosen.words.join(', ')}`,
      {
        hint: 'Give only --from and --to, and choose the rest on the page.',
      },
    );
  if (output === null && content === 'bytes' && process.stdout.isTTY)
    throw new PyspyError('usage', `${format} is no text that a terminal could show`, {
      hint: 'Name a file: -o FILE. Or send it into another program.',
    });
  await withTrace(file, async (reader) => {
    if (times && !reader.hasTimes())
      throw new PyspyError('usage', `${format} needs times of samples, and ${file} was imported without`, {
        hint: `Formats of sums: ${exportFormatNames.filter((name) => !exportFormatRow(name).times).join(', ')}.`,
      });
    const window = resolveWindow(reader, request.window.from, request.window.to);
    const few = fewTicks(missedPct(reader.counts()));
    if (few !== null) tell(`pyspy: of this recording ${few}`);
    const notes: string[] = [];
    const produce = async () => {
      const { filter } = chosen;
      const { chunks, fold } = exporters[format]({ reader, window, filter, detail, threads });
      const { counts, samples } = fold;
      const left = { idle_samples: counts.idleSamples, idle_s: counts.idleNs / 1e9 };
      // What is whole says so itself.
      if (!whole) notes.push(tornNote(filter, counts));
      if ('cells' in fold) notes.push(outsideNote(fold));
      if (samples === 0) notes.push(whyNothing(findNothing(reader, chosen, left)));
      return chunks;
    };
    if (output === null) await printChunks(await produce(), content);
    else {
      await writeOutput(output, [file], produce);
      tell(`wrote ${output}`);
    }
    tell(...[...notes, leanNote(reader, window)].filter((line) => line !== ''));
  });
}

async function printChunks(
  chunks: Iterable<string | Uint8Array>,
  content: ExportFormatRow['content'],
): Promise<void> {
  for (const block of joinBlocks(chunks))
    if (typeof block !== 'string') await printBytes(block);
    else await (content === 'json' ? printJsonPart : print)(block);
}

/** A line where the ticks of a window came so late that figures may lean; of batches that it cuts, all count. */
function leanNote(reader: TraceReader, { fromNs, toNs }: Window): string {
  const ticks = reader.tickSums(Math.ceil(fromNs), Math.ceil(toNs));
  return mayLean(ticks) ? `Keep in mind: ${leanWords(ticks.late, ticks.known)}` : '';
}

/** How much has no line of one's own, where that is all that is exported. */
function outsideNote(fold: Fold): string {
  const outside = outsideNs(fold);
  if (outside === 0) return '';
  return `${percentDigits(outside / fold.ns)} % of the time is without a line of your own: "[no code of your own]" (--mine-path says what is yours)`;
}

/** How many samples are torn: the formats have no place for it. */
function tornNote({ torn }: SampleFilter, counts: WindowCounts): string {
  return torn === 'omit' || counts.torn === 0
    ? ''
    : `${counts.torn} of ${counted(counts.samples, 'sample')} ${counts.torn === 1 ? 'is' : 'are'} torn: "<torn>" stands for what is not certain of the stack (--torn omit leaves them out)`;
}
