/** Writes a recording, or a part of it, in a format that other viewers read. */
import { basename } from 'node:path';
import { writeFolded } from '../../format/foreign/folded.js';
import { writeSpeedscope } from '../../format/foreign/speedscope.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { describeCommand } from '../../render/text/heading.js';
import { whyNothing } from '../../render/text/nothing.js';
import { fewTicks, leanWords, missedPct } from '../../render/words/doubts.js';
import { readTimeline } from '../../replay/answers/timeline.js';
import type { FrameDetail } from '../../replay/names/frame-text.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import type { WindowCounts } from '../../replay/samples/window-counts.js';
import { foldWindow } from '../../replay/sums/fold.js';
import { listFoldedStacks } from '../../replay/trees/folded-stacks.js';
import { mayLean } from '../../replay/window/lateness-figures.js';
import { resolveWindow, type Window } from '../../replay/window/window.js';
import { readVersion } from '../../version.js';
import { tell } from '../output/notes.js';
import { writeOutput } from '../output/output-file.js';
import { joinBlocks, print, printJsonPart } from '../output/stdout.js';
import type { AskedWindow, ChosenSamples } from './chosen-samples.js';
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

export type ExportFormat = 'folded' | 'speedscope';

/** What makes the text of a format, in chunks. */
type Exporter = (
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: { readonly detail: FrameDetail; readonly threads: boolean },
) => Exported;

interface Exported {
  readonly chunks: Iterable<string>;
  /** Samples that passed the filters. */
  readonly samples: number;
  readonly counts: WindowCounts;
}

const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  folded: exportFolded,
  speedscope: exportSpeedscope,
};

/** @throws PyspyError as reading and writing do */
export async function exportTrace(request: ExportRequest): Promise<void> {
  const { file, format, output, samples: chosen } = request;
  await withTrace(file, async (reader) => {
    const window = resolveWindow(reader, request.window.from, request.window.to);
    const few = fewTicks(missedPct(reader.counts()));
    if (few !== null) tell(`pyspy: of this recording ${few}`);
    const notes: string[] = [];
    const produce = async () => {
      const { chunks, samples, counts } = exporters[format](reader, window, chosen.filter, request);
      const left = { idle_samples: counts.idleSamples, idle_s: counts.idleNs / 1e9 };
      notes.push(tornNote(chosen.filter, counts));
      if (samples === 0) notes.push(whyNothing(findNothing(reader, chosen, left)));
      return chunks;
    };
    if (output === null) {
      for (const block of joinBlocks(await produce()))
        await (format === 'folded' ? print : printJsonPart)(block);
    } else {
      await writeOutput(output, [file], produce);
      tell(`wrote ${output}`);
    }
    tell(...[...notes, leanNote(reader, window)].filter((line) => line !== ''));
  });
}

/** A line where the ticks of a window came so late that figures may lean; of batches that it cuts, all count. */
function leanNote(reader: TraceReader, { fromNs, toNs }: Window): string {
  const ticks = reader.lateTicks(Math.ceil(fromNs), Math.ceil(toNs));
  return mayLean(ticks) ? `Keep in mind: ${leanWords(ticks.late, ticks.known)}` : '';
}

/** How many samples are torn: the formats have no place for it. */
function tornNote({ torn }: SampleFilter, counts: WindowCounts): string {
  return torn === 'omit' || counts.torn === 0
    ? ''
    : `${counts.torn} of ${counts.samples} samples are torn: "<torn>" stands for what is not certain of the stack (--torn omit leaves them out)`;
}

function exportFolded(...[reader, window, filter, options]: Parameters<Exporter>): Exported {
  const fold = foldWindow(reader, window, filter);
  return { chunks: writeFolded(listFoldedStacks(fold, options)), samples: fold.samples, counts: fold.counts };
}

function exportSpeedscope(...[reader, window, filter, { detail }]: Parameters<Exporter>): Exported {
  const trace = { path: reader.path, processes: reader.processes() };
  const { file, samples, counts } = readTimeline(reader, window, filter, {
    detail,
    name: `${basename(reader.path)}: ${describeCommand(trace)}`,
    exporter: `pyspy ${readVersion()}`,
  });
  return { chunks: writeSpeedscope(file), samples, counts };
}
