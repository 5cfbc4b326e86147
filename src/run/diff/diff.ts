/** What two recordings spent differently, and whether that is more than chance: decided, reported and drawn. */
import { exitStatus, PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { DiffResult, Measure } from '../../replay/diff/diff-result.js';
import { describeDifference } from '../../replay/diff/diff-rows.js';
import { defaultThreshold, type Threshold } from '../../replay/diff/judgement.js';
import { type Judged, judgeComparison } from '../../replay/diff/verdict.js';
import type { ChosenBasis } from '../../replay/diff/whole-run.js';
import { resolveWindow } from '../../replay/window/window.js';
import { readVersion } from '../../version.js';
import { tell } from '../output/notes.js';
import { writeOutputs } from '../output/output-file.js';
import { isColoured, outputWidth, print } from '../output/stdout.js';
import type { ChosenSamples } from '../replay/chosen-samples.js';
import { withTraces } from '../replay/open-traces.js';
import { compareSides } from './comparison.js';
import type { drawDifference } from './difference-picture.js';
import { endOf } from './end.js';
import { createLocator } from './locator.js';
import { type ReportTarget, renderReport } from './reports.js';

/** One side: its traces, and the window of each, as resolveWindow takes it. */
export interface AskedSide {
  readonly files: readonly string[];
  readonly window: readonly [
    from: string | undefined,
    to: string | undefined,
    options: { readonly from: string; readonly to: string },
  ];
}

/** A picture of a comparison. */
export interface DiffPicture {
  /** File to write. */
  readonly path: string;
  /** Loads what draws, which is heavy. */
  readonly load: () => Promise<{ readonly drawDifference: typeof drawDifference }>;
}

export interface DiffRequest {
  readonly a: AskedSide;
  readonly b: AskedSide;
  readonly samples: ChosenSamples;
  /** What is compared; null where that is left to what suits them. */
  readonly basis: ChosenBasis | null;
  /** Units of work that each run of A and of B did; null where they are not told. */
  readonly work: readonly [number, number] | null;
  /** Null for the usual one. */
  readonly threshold: Threshold | null;
  /** Which functions are tested; null for all. */
  readonly only: RegExp | null;
  /** Whether what should not be compared is compared all the same. */
  readonly force: boolean;
  /** Whether a regression fails, and too little data does. */
  readonly gate: boolean;
  readonly requirePower: boolean;
  readonly measure: Measure;
  /** Which rows are shown; null for all. */
  readonly rows: RegExp | null;
  /** Undefined where it is left to the format, of which those for people show `readableRows`; 0 for all rows. */
  readonly limit: number | undefined;
  readonly readableRows: number;
  readonly reports: readonly ReportTarget[];
  /** Picture to draw; null for none. */
  readonly flame: DiffPicture | null;
  readonly inverted: boolean;
}

/** @throws PyspyError of kind "usage", "trace", "output", and as endOf says */
export async function runDiff(request: DiffRequest): Promise<void> {
  const { a: sideA, b: sideB } = request;
  const files = [...sideA.files, ...sideB.files];
  const failure = await withTraces(files, (readers) => {
    const a = readers.slice(0, sideA.files.length);
    const b = readers.slice(sideA.files.length);
    return report(() => decide(a, b, request), { a, b, files }, request);
  });
  if (failure !== null) throw failure;
}

/** What a comparison came to, and how the command ends because of it. */
interface Decided {
  readonly judged: Judged;
  readonly result: DiffResult;
  readonly failure: PyspyError | null;
}

function decide(a: readonly TraceReader[], b: readonly TraceReader[], request: DiffRequest): Decided {
  const { comparison, chosen } = compareSides(
    a.map((reader) => ({ reader, window: resolveWindow(reader, ...request.a.window) })),
    b.map((reader) => ({ reader, window: resolveWindow(reader, ...request.b.window) })),
    request.basis,
    request.samples.filter,
  );
  const { work, only, force } = request;
  const threshold = request.threshold ?? defaultThreshold;
  const judged = judgeComparison(comparison, { chosen, work, threshold, only, force });
  const { measure, rows } = request;
  const result = describeDifference(judged, { measure, limit: null, filter: rows });
  return { judged, result, failure: endOf(result, request) };
}

interface Sides {
  readonly a: readonly TraceReader[];
  readonly b: readonly TraceReader[];
  readonly files: readonly string[];
}

/** Decides, writes every report and the picture, prints what goes to stdout. @returns how the command ends */
async function report(
  decideNow: () => Decided,
  sides: Sides,
  request: DiffRequest,
): Promise<PyspyError | null> {
  const { reports, flame, inverted, samples } = request;
  const render = ({ result, failure }: Decided, { format, path }: ReportTarget) =>
    renderReport(format, result, {
      gate: request.gate,
      requirePower: request.requirePower,
      filters: samples.words,
      version: readVersion(),
      status: failure === null ? 0 : exitStatus[failure.kind],
      locate: createLocator(sides.b),
      layout: { width: path === null ? outputWidth() : 80, colour: path === null && isColoured() },
      limit: request.limit,
      readableRows: request.readableRows,
    });
  const filed = reports.flatMap(({ format, path }) => (path === null ? [] : [{ format, path }]));
  const paths = [...filed.map(({ path }) => path), ...(flame === null ? [] : [flame.path])];
  if (new Set(paths).size < paths.length)
    throw new PyspyError('usage', 'two results would be written to one file', {
      hint: 'Give each --format, -o and --flame a file of its own.',
    });
  let decided: Decided | undefined;
  let written: readonly string[] = [];
  const produce = async () => {
    decided = decideNow();
    const isDrawn = flame !== null && decided.judged.family !== null;
    written = isDrawn ? paths : paths.slice(0, filed.length);
    const contents: (Iterable<string> | null)[] = [];
    for (const target of filed) contents.push([render(decided, target)]);
    if (isDrawn) {
      const picture = await flame.load();
      contents.push([picture.drawDifference(decided, sides, { inverted, filters: samples.words })]);
    } else if (flame !== null) contents.push(null);
    return contents;
  };
  if (paths.length === 0) await produce();
  else await writeOutputs(paths, sides.files, produce);
  for (const path of written) tell(`wrote ${path}`);
  for (const target of reports) if (target.path === null) await print(render(decided!, target));
  return decided!.failure;
}
