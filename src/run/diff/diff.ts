/** What two recordings spent differently, and whether that is more than chance: decided, reported and drawn. */
import { exitStatus, PyspyError } from '../../errors.js';
import type { Measure } from '../../replay/diff/diff-result.js';
import { readVersion } from '../../version.js';
import { tell } from '../output/notes.js';
import { writeOutputs } from '../output/output-file.js';
import { isColoured, outputWidth, print } from '../output/stdout.js';
import { type AskedComparison, type Decided, decide, type Sides, withSides } from './decided.js';
import type { drawDifference } from './difference-picture.js';
import { createLocator } from './locator.js';
import { type ReportTarget, renderReport } from './reports.js';

/** A picture of a comparison. */
export interface DiffPicture {
  /** File to write. */
  readonly path: string;
  /** Loads what draws, which is heavy. */
  readonly load: () => Promise<{ readonly drawDifference: typeof drawDifference }>;
}

export interface DiffRequest extends AskedComparison {
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
  const failure = await withSides(request, (sides) =>
    report(() => decide(sides, request, request), sides, request),
  );
  if (failure !== null) throw failure;
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
