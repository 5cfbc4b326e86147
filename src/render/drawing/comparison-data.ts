/** What a page carries of a comparison. All text in it is made fit to show (words/text.ts). */
import type { DiffFrames, Look } from './frames.js';

/** By which time of a function lines are listed: with what it called, or its own alone. */
export const listings = ['total', 'self'] as const;
export type Listing = (typeof listings)[number];

/** A line of the table; figures in percent of what `listed` says. */
export interface ComparisonLine {
  readonly name: string;
  readonly file: string;
  /** A's file where it is called otherwise. */
  readonly was: string | null;
  readonly measure: Listing;
  /** "" where it was not tested. */
  readonly verdict: LineVerdict | '';
  /** Null where the side does not have the function. */
  readonly a: number | null;
  readonly b: number | null;
  readonly change: number;
  /** Half of the confidence interval, and the smallest detectable change; null where it was not tested. */
  readonly half: number | null;
  readonly mde: number | null;
  /** Independent samples of the poorer side; null where that is not known. */
  readonly worth: number | null;
}

/** As `verdictWords` has them. */
export type LineVerdict = 'slower' | 'faster' | 'same' | 'unclear';

export interface ComparedSide {
  /** "A", "before". */
  readonly letter: string;
  readonly role: string;
  /** The commands of its runs, each once. */
  readonly commands: readonly string[];
  readonly runs: readonly ComparedRun[];
}

export interface ComparedRun {
  readonly file: string;
  readonly window: string;
  readonly samples: string;
  readonly time: string;
  /** What is missing or doubtful. */
  readonly doubts: string;
}

/** Lines by one measure, the greatest changes first. */
export interface ListedLines {
  /** What the figures are, and why they are compared. */
  readonly about: string;
  /** All samples; null where that is 100 % by definition. */
  readonly whole: ComparisonLine | null;
  readonly lines: readonly ComparisonLine[];
  /** Which lines there was no room for; "" for none. */
  readonly more: string;
}

/** A tree with both its colours. */
export interface ComparedTree {
  readonly frames: DiffFrames;
  /** By index of the frames' looks: the same on dark paper. */
  readonly darkLooks: readonly Look[];
}

export interface ComparisonHead {
  readonly title: string;
  readonly sides: readonly ComparedSide[];
  /** In one word, and as `diff` prints it. */
  readonly verdict: string;
  readonly verdictText: string;
  readonly listed: Readonly<Record<Listing, ListedLines>>;
  /** What a change is, and what the columns are. */
  readonly about: readonly string[];
  readonly notes: readonly string[];
  /** Callers under callees, and the other way round. Null where neither side has any time. */
  readonly trees: { readonly plain: ComparedTree; readonly inverted: ComparedTree } | null;
  readonly legend: readonly { readonly light: Look; readonly dark: Look; readonly text: string }[];
}
