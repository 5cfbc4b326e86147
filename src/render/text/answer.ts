/** What answers about a window have in common: how they begin, and what is said behind their figures. */
import type { TraceState } from '../../format/reading/trace-state.js';
import type { CutStacks, Quality } from '../../replay/samples/quality.js';
import type { WindowFigures } from '../../replay/window/window.js';
import { escapeTerminal } from '../terminal/terminal.js';
import { counted, percentDigits, secondsText } from '../words/text-numbers.js';
import { describeWindow, headingOf, qualityNotes, stateNote, type TraceFacts } from './heading.js';
import type { TextLayout } from './text-layout.js';

/** What each of them is made of, beside its figures. */
export interface Answer {
  readonly trace: TraceFacts;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
  /** What is shown of a file's path. */
  readonly shorten: (file: string) => string;
  /** What it means that a stack is truncated. */
  readonly cutStacks: CutStacks;
}

/** Figures that each of them has. */
interface Answered extends Quality {
  readonly state: TraceState;
  readonly metric: 'wall' | 'cpu';
  readonly window: WindowFigures;
  readonly samples: number;
}

/**
 * The first lines: which program it is, which window, what counts, how much that is.
 * @param timeS of the samples, in s @param words of what this kind of answer shows otherwise
 */
export function answerHeading(
  { trace, filters }: Answer,
  { state, metric, window, samples }: Answered,
  { timeS, words = [] }: { readonly timeS: number; readonly words?: readonly string[] },
  { width }: TextLayout,
): string {
  const what = [
    metric === 'cpu' ? 'CPU time' : 'wall time',
    ...words,
    ...filters,
    `${counted(samples, 'sample')}, ${secondsText(timeS)}`,
  ].join(', ');
  return `${headingOf(trace, width)}${escapeTerminal(`${describeWindow(window)}: ${what}`)}\n${stateNote(state)}`;
}

/** A line about time without a line of one's own; empty where there is none, or it was not asked for. */
export function outsideNote(outsideS: number | null, wholeS: number): string {
  if (!outsideS) return '';
  return `Not in your own code: ${share(outsideS, wholeS)}, without a line of yours on the stack (--mine-path says what is yours).\n`;
}

/** "1.5s (12.3%)" */
export function share(partS: number, wholeS: number): string {
  return `${secondsText(partS)} (${percentDigits(partS / wholeS)}%)`;
}

const whyTruncated: Readonly<Record<CutStacks, string>> = {
  'too-deep': 'the stack was too deep',
  'no-callers': 'their callers are not in the profile',
  either: 'the stack was too deep, or its callers are not in an imported profile',
};

/** Lines about what is missing or doubtful; empty when nothing is. */
export function answerNotes({ cutStacks }: Answer, quality: Quality): string {
  return qualityNotes(quality, whyTruncated[cutStacks]);
}
