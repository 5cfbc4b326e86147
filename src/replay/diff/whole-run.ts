/**
 * Which measure suits the runs that are compared, where no option says. A whole run did all of the work: what it took is a
 * figure of its own, and nothing else has to stay the same. A window of a service did what came in: only shares compare.
 */
import type { TraceReader } from '../../format/reading/reader.js';
import type { Fold } from '../sums/fold.js';
import type { Window } from '../window/window.js';
import type { Basis } from './diff-result.js';

export interface ChosenBasis {
  readonly basis: Basis;
  /** Whether seconds are those of a whole run, instead of a second of wall time. */
  readonly isPerRun: boolean;
  /** One clause: why that is compared. */
  readonly reason: string;
}

interface Run {
  readonly reader: TraceReader;
  readonly window: Window;
}

/** From here on, a status says that a signal ended the command. */
const leastSignalStatus = 128;

/** @param a @param b the runs, in the windows that are compared @param asksForIdle whether idle threads count */
export function chooseBasis(a: readonly Run[], b: readonly Run[], asksForIdle: boolean): ChosenBasis {
  const shares = (why: string): ChosenBasis => ({
    basis: 'share',
    isPerRun: false,
    reason: `shares, since ${why}`,
  });
  if (asksForIdle) return shares('idle time is no CPU time');
  const runs = [...a, ...b];
  for (const run of runs) {
    const why = whyNotWhole(run);
    if (why !== null) return shares(why);
  }
  const statuses = [...new Set(runs.map(statusOf))];
  if (statuses.length > 1)
    return shares(`runs ended with different statuses (${statuses.slice(0, 3).join(', ')})`);
  return {
    basis: 'cpu',
    isPerRun: true,
    reason: `CPU seconds per run, since each is a whole run of a command that ended by itself with status ${statuses[0]}`,
  };
}

/** Runs whose lengths differ by no more than this part are taken to have been given that time. */
const equalPart = 0.01;
/** On a busy machine a program that works for a given time starts and ends late, and gets much more or less of a processor. */
const nearlyEqualPart = 0.1;

/**
 * Whether runs end when their time is up, whatever they have done by then. A slower function then leaves the others less
 * time, which makes none of them faster.
 */
export function areTimed(runs: readonly { readonly fold: Fold }[]): boolean {
  const spread = (figures: readonly number[]) => 1 - Math.min(...figures) / Math.max(...figures);
  const lengths = spread(runs.map(({ fold }) => fold.window.toNs - fold.window.fromNs));
  const cpu = spread(runs.map(({ fold }) => fold.ns));
  // Of a program that mostly waits, the waits may be what makes the runs alike.
  const areBusy = runs.every(({ fold }) => fold.counts.idleSamples < fold.samples);
  return lengths <= equalPart || (areBusy && lengths <= nearlyEqualPart && cpu > 2 * lengths);
}

/** The same where runs prove not to have done the same work. */
export const sharesOfTimed: ChosenBasis = {
  basis: 'share',
  isPerRun: false,
  reason:
    'shares of CPU time, since runs take as long whatever their functions do, as where a program works for a given time',
};

/** The same where the file does not know CPU time. */
export const sharesWithoutCpu: ChosenBasis = {
  basis: 'share',
  isPerRun: false,
  reason: 'shares, since CPU time is not known',
};

/** As a clause; null for a command that was recorded from its beginning to its own end. */
function whyNotWhole({ reader, window }: Run): string | null {
  const [recording, ...more] = reader.recordings;
  const { end } = recording!;
  const name = reader.path;
  if (more.length > 0) return `${name} holds several recordings`;
  if (recording!.keptFromNs > 0 || window.fromNs > recording!.offsetNs || window.toNs < window.extentNs)
    return `${name} is looked at in a window`;
  if (end === null) return `${name} has no end`;
  if (end.reason !== 'target-exited')
    return `the recording of ${name} ended before the program (${end.reason})`;
  const status = end.commandStatus ?? null;
  if (status === null) return `${name} is no command that record started, or how it ended is not known`;
  if (status >= leastSignalStatus) return `a signal ended the command of ${name} (status ${status})`;
  if (reader.gaps(window.fromNs, window.toNs).length > 0) return `${name} has gaps`;
  return null;
}

function statusOf({ reader }: Run): number {
  return reader.recordings[0]!.end!.commandStatus!;
}
