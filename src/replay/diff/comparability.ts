/** What makes two sides hard to compare: then there is no verdict, since it would be about something else. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import type { SampleFilter } from '../samples/sample-filter.js';
import type { Fold } from '../sums/fold.js';
import { seconds } from '../window/figure.js';

export interface Obstacle {
  kind: 'python' | 'command' | 'metric' | 'idle' | 'short' | 'crashed' | 'overlap' | 'imported';
  /** One clause, without a full stop. */
  text: string;
}

interface Run {
  readonly reader: TraceReader;
  readonly fold: Fold;
}

/** A shorter window, or fewer samples on a side, are no ground for a verdict. */
const leastNs = 1e9;
const leastSamples = 50;
/** Less of the time than this in functions that both sides have: they are not the same program. */
const leastOverlap = 0.25;
/** A share of samples without a known state from which on a recording counts as one that does not know it. */
const unknownShare = 0.5;

/** @param overlap share of the time that is in functions which both sides have, 0 to 1 */
export function findObstacles(
  a: readonly Run[],
  b: readonly Run[],
  filter: SampleFilter,
  overlap: number,
): Obstacle[] {
  const obstacles: Obstacle[] = [];
  const differs = (kind: Obstacle['kind'], what: string, of: (run: Run) => string) => {
    const text = describeDifferent(what, a, b, of);
    if (text !== null) obstacles.push({ kind, text });
  };
  differs('python', 'Python', ({ reader }) => pythonMinor(reader.processes()[0]));
  differs('command', 'the command', ({ reader }) => comparedCommand(reader.processes()[0]));
  if (filter.metric === 'cpu')
    differs('metric', 'the metric', (run) => (knowsCpu(run) ? 'CPU time known' : 'CPU time not known'));
  else if (!filter.idle)
    differs('idle', 'what counts as idle', (run) =>
      knowsCpu(run) ? 'idle threads left out' : 'idle threads not known',
    );
  const longest = [...a, ...b].reduce((most, run) => Math.max(most, lengthOf(run)), 0);
  for (const run of [...a, ...b]) {
    const { reader } = run;
    // How much a function's share varies by chance is read from how it varies in time.
    if (reader.isImported())
      obstacles.push({
        kind: 'imported',
        text: reader.hasTimes()
          ? `${reader.path} was imported, and how its moments were chosen is not known, so what is chance cannot be told`
          : `${reader.path} was imported without times of samples, so what is chance cannot be told`,
      });
    if (lengthOf(run) < leastNs)
      obstacles.push({
        kind: 'short',
        text: `${reader.path} is too short: ${seconds(lengthOf(run))}s, and a second is the least`,
      });
    const isCut = reader.state() === 'crashed' || reader.recordings.some(({ end }) => isFailure(end?.reason));
    if (isCut && run.fold.window.toNs === run.fold.window.extentNs && 2 * lengthOf(run) < longest)
      obstacles.push({
        kind: 'crashed',
        text: `the recording of ${reader.path} ended early, after ${seconds(lengthOf(run))}s`,
      });
  }
  for (const [letter, side] of [
    ['A', a],
    ['B', b],
  ] as const) {
    const samples = side.reduce((sum, { fold }) => sum + fold.samples, 0);
    if (samples < leastSamples)
      obstacles.push({
        kind: 'short',
        text: `${letter} has too few samples: ${samples} passed the filters, and ${leastSamples} are the least`,
      });
  }
  if (overlap < leastOverlap && a.every(hasSamples) && b.every(hasSamples))
    obstacles.push({
      kind: 'overlap',
      text: `hardly any functions are in both: ${Math.round(overlap * 100)} % of the time`,
    });
  return obstacles;
}

/** "Python differs: 3.11 in A, 3.12 in B"; null where it does not. */
export function describeDifferent<T>(
  what: string,
  a: readonly T[],
  b: readonly T[],
  of: (run: T) => string,
): string | null {
  const [inA, inB] = [a, b].map((side) => [...new Set(side.map(of))]) as [string[], string[]];
  if (new Set([...inA, ...inB]).size < 2) return null;
  const list = (values: string[]) =>
    values.slice(0, 3).join(' and ') + (values.length > 3 ? ` and ${values.length - 3} more` : '');
  return `${what} differs: ${list(inA)} in A, ${list(inB)} in B`;
}

/** "3.13", with a t for builds without a GIL; patch releases compare. */
function pythonMinor(process: ProcessRow | undefined): string {
  if (process === undefined) return 'none';
  const minor = process.pythonVersion.split('.').slice(0, 2).join('.');
  return /free-threading/.test(process.pythonBuild) ? `${minor}t` : minor;
}

/** A command without what differs between checkouts and machines: the interpreter, directories, the text of -c. */
function comparedCommand(process: ProcessRow | undefined): string {
  const words = process?.command.slice(1) ?? [];
  const text = words.indexOf('-c');
  return words
    .map((word, at) => (text >= 0 && at === text + 1 ? '…' : word.replace(/^.*\/(?=[^/])/s, '')))
    .join(' ');
}

function lengthOf({ fold }: Run): number {
  return fold.window.toNs - fold.window.fromNs;
}

function hasSamples({ fold }: Run): boolean {
  return fold.ns > 0;
}

/** Whether it is known when threads ran, and what CPU time they used. */
export function knowsCpu({ fold }: Run): boolean {
  return fold.counts.stateUnknown <= unknownShare * fold.counts.samples;
}

function isFailure(reason: string | undefined): boolean {
  return reason === 'recorder-failed' || reason === 'output-failed';
}
