/** A comparison as a page: written as a file, or shown in a browser on this machine. */
import { tell } from '../output/notes.js';
import { writeOutput } from '../output/output-file.js';
import { print } from '../output/stdout.js';
import { type ServingOptions, serveUntilEnd } from '../pages/serving.js';
import { type AskedComparison, decide, type Sides, withSides } from './decided.js';
import { drawDifferencePage } from './difference-page.js';

export interface ComparisonRequest {
  readonly asked: AskedComparison;
  /** Null for the names of both sides. */
  readonly title: string | null;
}

/**
 * Writes the page.
 * @param output file to write; "-" for stdout
 * @throws PyspyError as reading and writing do, and of kind "notComparable" where the sides cannot be compared
 */
export async function writeComparison(request: ComparisonRequest, output: string): Promise<void> {
  await withSides(request.asked, async (sides) => {
    const draw = async () => [drawComparison(sides, request)];
    if (output === '-') return print((await draw()).join(''));
    await writeOutput(output, sides.files, draw);
    tell(`wrote ${output}`);
  });
}

/**
 * Serves the page until a signal that ends.
 * @throws PyspyError as reading does, of kind "notComparable" where the sides cannot be compared, and where it cannot be served
 */
export async function serveComparison(request: ComparisonRequest, serving: ServingOptions): Promise<void> {
  const page = () => withSides(request.asked, (sides) => drawComparison(sides, request));
  await serveUntilEnd({ page, source: null }, serving);
}

/** @throws PyspyError as `diff` ends */
function drawComparison(sides: Sides, { asked, title }: ComparisonRequest): string {
  const all = { measure: 'total', rows: null } as const;
  const decided = decide(sides, { ...asked, gate: false, requirePower: false }, all);
  if (decided.failure !== null) throw decided.failure;
  return drawDifferencePage(decided, sides, { title, filters: asked.samples.words });
}
