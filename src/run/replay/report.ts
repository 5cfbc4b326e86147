/** Writes a trace, or a part of it, as a page that needs nothing else. */

import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { PageHead } from '../../render/drawing/page-data.js';
import { describeCommand, shortNotes } from '../../render/text/heading.js';
import { renderPage } from '../../render/view/page.js';
import { columnsOf } from '../../render/view/page-columns.js';
import { showText } from '../../render/words/text.js';
import { counted } from '../../render/words/text-numbers.js';
import { functionName, isBinaryCode } from '../../replay/names/code-name.js';
import { CodePaths } from '../../replay/names/code-path.js';
import { OwnCode, type OwnRule } from '../../replay/names/own-code.js';
import type { KeptStacks } from '../../replay/page/kept-stacks.js';
import { nameProcesses } from '../../replay/page/lanes.js';
import { type PageContents, type PageLimits, readPage } from '../../replay/page/page-contents.js';
import type { WindowCounts } from '../../replay/samples/window-counts.js';
import { seconds, startTime } from '../../replay/window/figure.js';
import { mayLean } from '../../replay/window/lateness-figures.js';
import { resolveWindow, type Window } from '../../replay/window/window.js';
import { tell } from '../output/notes.js';
import { writeOutput } from '../output/output-file.js';
import { print } from '../output/stdout.js';
import type { AskedWindow } from './chosen-samples.js';
import { withTrace } from './open-traces.js';
import { fitPage, pageLimits } from './page-room.js';

/** What a page is of. */
export interface PageRequest {
  readonly window: AskedWindow;
  readonly title: string;
  /** What is one's own, where the page opens with that alone; null where it opens with all code. */
  readonly mine: OwnRule | null;
  /** Whether it is served, and may ask for more. */
  readonly isServed: boolean;
}

export interface ReportRequest extends Omit<PageRequest, 'isServed'> {
  readonly file: string;
  /** Page to write; "-" for stdout. */
  readonly output: string;
}

/** @throws PyspyError as reading and writing do */
export async function runReport(request: ReportRequest): Promise<void> {
  const { file, output } = request;
  await withTrace(file, async (reader) => {
    const draw = async () => [drawAsked(reader, { ...request, isServed: false }).text];
    if (output === '-') return print((await draw()).join(''));
    await writeOutput(output, [file], draw);
    tell(`wrote ${output}`);
  });
}

/** A page, what was counted in its window, and what it has. */
export interface DrawnPage {
  readonly text: string;
  readonly counts: WindowCounts;
  readonly stacks: KeptStacks;
}

/**
 * The page of a trace that is open.
 * @throws PyspyError of kind "usage" where samples have no times; as resolveWindow and readPage do
 */
export function drawAsked(reader: TraceReader, { window: asked, ...how }: PageRequest): DrawnPage {
  if (!reader.hasTimes())
    throw new PyspyError(
      'usage',
      `${reader.path} was imported without times of samples, which a page draws`,
      {
        hint: `Draw its sums with: pyspy flame ${reader.path}`,
      },
    );
  return drawPage(reader, resolveWindow(reader, asked.from, asked.to), how);
}

/**
 * The page of a window, and what was counted in it.
 * @throws PyspyError as readPage does
 */
export function drawPage(
  reader: TraceReader,
  window: Window,
  request: Omit<PageRequest, 'window'>,
): DrawnPage {
  const draw = (limits: PageLimits): DrawnPage => drawWithin(limits, reader, window, request);
  return request.isServed ? draw(pageLimits) : fitPage(draw);
}

function drawWithin(
  limits: PageLimits,
  reader: TraceReader,
  window: Window,
  { title, mine, isServed }: Omit<PageRequest, 'window'>,
): DrawnPage {
  const contents = readPage(reader, window, limits);
  const paths = new CodePaths(reader.processes());
  const own = new OwnCode(reader.processes(), mine ?? { folders: [] });
  const { columns, texts } = columnsOf(contents, {
    nameOf: functionName,
    moduleOf: (path) => paths.module(path),
    originOf: (path) => paths.origin(path),
    isNative: ({ function: code }) => isBinaryCode(code),
    isMine: (of) => own.has(of),
  });
  const head = { ...headOf(reader, contents, title), texts, isServed, opensMine: mine !== null };
  const text = renderPage(head, columns);
  return { text, counts: contents.counts, stacks: contents.stacks };
}

function headOf(
  reader: TraceReader,
  contents: PageContents,
  title: string,
): Omit<PageHead, 'texts' | 'isServed' | 'opensMine'> {
  const { window, counts, lanes, marks, gaps, states, calls, heat, hasCpu } = contents;
  const processes = reader.processes();
  const isAlone = new Set(lanes.map(({ process }) => process?.id)).size === 1;
  const named = nameProcesses(lanes);
  const doubts = shortNotes({
    state: reader.state(),
    counts,
    gaps: gaps.length,
    isLeaning: mayLean({ late: counts.late, known: counts.lateKnown }),
  });
  const recording = reader.recordings[0]!;
  const within = (ns: number) =>
    Math.round(Math.min(Math.max(ns, window.fromNs), window.toNs) - window.fromNs);
  return {
    title: showText(title),
    command: showText(describeCommand({ path: reader.path, processes }), 1_000),
    facts: [
      `Python ${[...new Set(processes.map(({ pythonVersion }) => pythonVersion))].slice(0, 4).join(', ')}`,
      `${recording.host.name}, ${recording.host.system} ${recording.host.machine}`,
      describeStart(recording),
      `${counted(counts.ticks, 'tick')}, ${counted(counts.samples, 'sample')}`,
    ].map((fact) => showText(fact)),
    notes: [...doubts, ...roomNotes(contents)],
    hasCpu,
    fromS: seconds(window.fromNs),
    toS: seconds(window.toNs),
    processes: named.names.map((name) => showText(name, 200)),
    lanes: lanes.map(({ label, process, threads }, at) => ({
      label: showText(label, 120),
      process: process === null || isAlone ? '' : showText(`pid ${process.pid}`),
      processAt: named.at[at]!,
      threads: threads.size,
    })),
    marks: marks.slice(0, 500).map(({ atNs, name }) => ({ atNs: within(atNs), name: showText(name, 60) })),
    gaps: gaps.slice(0, 2_000).map(({ fromNs, toNs, reason }) => {
      return { fromNs: within(fromNs), toNs: within(toNs), reason: showText(reason, 120) };
    }),
    stateSliceNs: states.sliceNs,
    callSliceNs: calls.sliceNs,
    columnNs: heat.columnNs,
    rows: heat.busyNs.length / heat.missed.length,
  };
}

/** Of what was imported, neither may be known. */
function describeStart({ startedUtcNs, rateHz }: TraceReader['recordings'][number]): string {
  const started = startTime(startedUtcNs) ?? 'at a time not known';
  return `recorded ${started}${rateHz > 0 ? ` at ${rateHz} Hz` : ''}`;
}

/** What the page had no room for. */
function roomNotes({ window, stacks, calls, marks, gaps, counts }: PageContents): string[] {
  const lengthNs = window.toNs - window.fromNs;
  // A slice need not be shorter than a tick.
  const coarse = calls.sliceNs > lengthNs / 200 && calls.sliceNs > (2 * lengthNs) / counts.ticks;
  return [
    ...(coarse
      ? [
          `stacks are summed up over ${Number((calls.sliceNs / 1e9).toPrecision(3))} s each: shorter windows are estimates`,
        ]
      : []),
    ...(stacks.cut > 0 ? [`the ${stacks.cut} lightest stack frames are gathered`] : []),
    ...(marks.length > 500 ? [`${marks.length - 500} further marks are left out`] : []),
    ...(gaps.length > 2_000 ? [`${gaps.length - 2_000} further gaps are left out`] : []),
  ];
}
