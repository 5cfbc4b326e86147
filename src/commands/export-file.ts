/** Writes a recording, or a part of it, in a format that other viewers read. */
import { basename } from 'node:path';
import { PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reading/reader.js';
import type { FilterOptions, SampleFilter } from '../replay/filter.js';
import type { FrameDetail } from '../replay/frame-text.js';
import type { Window } from '../replay/window.js';
import type { WindowCounts } from '../replay/window-counts.js';
import { fewTicks, missedPct } from './coverage.js';
import { tell } from './notes.js';
import type { WindowOptions } from './options.js';
import { joinBlocks, print, printJsonPart, withTrace } from './output.js';

export interface ExportOptions extends WindowOptions, FilterOptions {
  readonly format: Format;
  /** Undefined, or "-": stdout. */
  readonly output?: string;
  readonly function?: boolean;
  readonly names?: boolean;
  readonly threads?: boolean;
}

type Format = keyof typeof formats;

/** What makes the text of a format, in chunks. */
type Exporter = (
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: { detail: FrameDetail; threads: boolean },
) => Promise<Exported>;

interface Exported {
  readonly chunks: Iterable<string>;
  /** Samples that passed the filters. */
  readonly samples: number;
  readonly counts: WindowCounts;
}

const formats = { folded: exportFolded, speedscope: exportSpeedscope } satisfies Record<string, Exporter>;

export const exportFormats = Object.keys(formats);

/** @throws PyspyError of kind "usage" for options that exclude each other, and as reading and writing do */
export async function exportTrace(file: string, options: ExportOptions): Promise<void> {
  if (options.function && options.names)
    throw new PyspyError('usage', '--function and --names exclude each other', {
      hint: 'Give one of the two.',
    });
  const detail = options.names ? 'name' : options.function ? 'function' : 'line';
  const { createFilter } = await import('../replay/filter.js');
  const filter = createFilter(options);
  if (filter.stacks !== null && options.format === 'speedscope')
    throw new PyspyError('usage', 'a filter of stacks goes with --format folded', {
      hint: "speedscope's timeline has every sample; leave out --focus, --exclude, --hide-importlib and --collapse-recursion.",
    });
  await withTrace(file, async (reader) => {
    const { resolveWindow } = await import('../replay/window.js');
    const window = resolveWindow(reader, options.from, options.to);
    const few = fewTicks(missedPct(reader.counts()));
    if (few !== null) tell(`pyspy: of this recording ${few}`);
    const notes: string[] = [];
    const produce = async () => {
      const { chunks, samples, counts } = await formats[options.format](reader, window, filter, {
        detail,
        threads: options.threads ?? false,
      });
      const left = { idle_samples: counts.idleSamples, idle_s: counts.idleNs / 1e9 };
      notes.push(tornNote(filter, counts));
      if (samples === 0) notes.push((await import('./nothing.js')).whyNothing(reader, options, left));
      return chunks;
    };
    if (options.output === undefined || options.output === '-') {
      for (const block of joinBlocks(await produce()))
        await (options.format === 'folded' ? print : printJsonPart)(block);
    } else {
      const { writeOutput } = await import('./output-file.js');
      await writeOutput(options.output, [file], produce);
      tell(`wrote ${options.output}`);
    }
    const { describeLean } = await import('./heading.js');
    tell(...[...notes, describeLean(reader, window)].filter((line) => line !== ''));
  });
}

/** How many samples are torn: the formats have no place for it. */
function tornNote({ torn }: SampleFilter, counts: WindowCounts): string {
  return torn === 'omit' || counts.torn === 0
    ? ''
    : `${counts.torn} of ${counts.samples} samples are torn: "<torn>" stands for what is not certain of the stack (--torn omit leaves them out)`;
}

async function exportFolded(...[reader, window, filter, options]: Parameters<Exporter>): Promise<Exported> {
  const { foldWindow } = await import('../replay/fold.js');
  const { listFoldedStacks } = await import('../replay/folded-stacks.js');
  const { writeFolded } = await import('../format/foreign/folded.js');
  const fold = foldWindow(reader, window, filter);
  return { chunks: writeFolded(listFoldedStacks(fold, options)), samples: fold.samples, counts: fold.counts };
}

async function exportSpeedscope(
  ...[reader, window, filter, options]: Parameters<Exporter>
): Promise<Exported> {
  const { readTimeline } = await import('../replay/timeline.js');
  const { writeSpeedscope } = await import('../format/foreign/speedscope.js');
  const { describeCommand } = await import('./heading.js');
  const { readVersion } = await import('../version.js');
  const { file, samples, counts } = readTimeline(reader, window, filter, {
    detail: options.detail,
    name: `${basename(reader.path)}: ${describeCommand(reader)}`,
    exporter: `pyspy ${readVersion()}`,
  });
  return { chunks: writeSpeedscope(file), samples, counts };
}
