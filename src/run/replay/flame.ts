/** Draws a trace, or a part of it, into a file. */
import type { TraceReader } from '../../format/reading/reader.js';
import { renderFlame } from '../../render/picture/flame.js';
import { describeCommand, describeWindow, shortNotes } from '../../render/text/heading.js';
import { whyNothing } from '../../render/text/nothing.js';
import { percentDigits } from '../../render/words/text-numbers.js';
import { isMuchHeldUp } from '../../render/words/wait-names.js';
import { CodePaths } from '../../replay/names/code-path.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import type { WindowCounts } from '../../replay/samples/window-counts.js';
import { type Fold, foldWindow } from '../../replay/sums/fold.js';
import { outsideNs } from '../../replay/sums/own-time.js';
import { buildFlameTree } from '../../replay/trees/flame-tree.js';
import { mayLean } from '../../replay/window/lateness-figures.js';
import { type Window, windowFigures } from '../../replay/window/window.js';
import { tell } from '../output/notes.js';
import { writeOutput } from '../output/output-file.js';
import { print } from '../output/stdout.js';
import type { AskedWindow, ChosenSamples } from './chosen-samples.js';
import { repeatedly } from './follow.js';
import { findNothing } from './nothing-found.js';
import { withSummedTrace } from './summed-trace.js';

export interface FlameRequest {
  readonly file: string;
  /** Picture to write; "-" for stdout. */
  readonly output: string;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  /** A frame for each line, a root for each thread, for each process, innermost functions first. */
  readonly lines: boolean;
  readonly threads: boolean;
  readonly processes: boolean;
  readonly inverted: boolean;
  readonly title: string;
  /** Whether sums may be used and made. */
  readonly rollups: boolean;
  /** Between two pictures; null for one picture. */
  readonly intervalMs: number | null;
}

/** @throws PyspyError as reading and writing do */
export function runFlame(request: FlameRequest): Promise<void> {
  let isTold = false;
  return repeatedly(request.file, request.intervalMs, async () => {
    // Of a picture that is drawn again and again, the first time says it.
    await drawFlame(request, isTold ? () => {} : tell);
    if (request.output !== '-' && !isTold) tell(`wrote ${request.output}`);
    isTold = true;
  });
}

/** @param note takes a sentence about a picture with nothing in it */
async function drawFlame(request: FlameRequest, note: (text: string) => void): Promise<void> {
  const { file, output } = request;
  await withSummedTrace(file, request, async (reader, window) => {
    const draw = async () => [picture(reader, window, request, note)];
    if (output === '-') return print((await draw()).join(''));
    await writeOutput(output, [file], draw);
  });
}

function picture(
  reader: TraceReader,
  window: Window,
  { samples, lines, threads, processes: hasProcesses, inverted, title, rollups }: FlameRequest,
  note: (text: string) => void,
): string {
  const fold = foldWindow(reader, window, samples.filter, { rollups });
  if (fold.samples === 0) {
    const { idleSamples, idleNs } = fold.counts;
    const left = { idle_samples: idleSamples, idle_s: idleNs / 1e9 };
    note(whyNothing(findNothing(reader, samples, left)));
  }
  const processes = reader.processes();
  const tree = buildFlameTree(fold, new CodePaths(processes), {
    ...{ lines, threads, inverted },
    processes: hasProcesses,
  });
  return renderFlame(tree, {
    title,
    command: describeCommand({ path: reader.path, processes }),
    window: describeWindow(windowFigures(window)),
    notes: [
      ...samples.words,
      ...idleNote(samples.filter, fold),
      ...outsideNote(fold),
      ...(inverted ? ['inverted: callers under callees'] : []),
      ...doubts(reader, window, fold.counts),
    ],
    inverted,
  });
}

/** How much of the threads' time is not in the picture since they were idle, where it is worth a word. */
function idleNote({ metric, idle, stacks }: SampleFilter, { ns, counts }: Fold): string[] {
  // Of what a filter of stacks left out it is not known whether it was idle.
  const isCut = stacks !== null && (stacks.focus !== null || stacks.exclude !== null);
  if (metric !== 'wall' || idle || isCut || counts.idleNs < (counts.idleNs + ns) / 100) return [];
  const pct = (100 * counts.idleNs) / (counts.idleNs + ns);
  // Nearly all is not all.
  const heldUp = isMuchHeldUp(counts.heldUpNs, counts.idleNs)
    ? [`${percentDigits(counts.heldUpNs / (counts.idleNs + ns))} % at locks or the GIL (--waiting)`]
    : [];
  return [`${ns > 0 ? Math.min(99, Math.round(pct)) : 100} % idle left out (--idle)`, ...heldUp];
}

/** How much has no line of one's own, where that is all that is shown. */
function outsideNote(fold: Fold): string[] {
  const outside = outsideNs(fold);
  return outside > 0 ? [`${percentDigits(outside / fold.ns)} % not in your own code`] : [];
}

/** What is missing or doubtful, for the header. */
function doubts(reader: TraceReader, window: Window, counts: WindowCounts): string[] {
  return shortNotes({
    state: reader.state(),
    counts,
    gaps: reader.gaps(window.fromNs, window.toNs).length,
    isLeaning: mayLean({ late: counts.late, known: counts.lateKnown }),
  });
}
