/** What the live view is drawn from, and how much room there is. */
import type { LiveFigures, LiveRow } from '../../replay/live/live-sums.js';
import type { Neighbours } from '../../replay/live/neighbours.js';

export const sortings = ['self', 'total', 'selfSince', 'totalSince'] as const;
export type LiveSorting = (typeof sortings)[number];

/** What the recorder says of itself. */
export interface RecorderFigures {
  readonly elapsedS: number;
  /** Ticks a second that were reached. */
  readonly rateHz: number;
  readonly missed: number;
  readonly torn: number;
  readonly failed: number;
  readonly threads: number;
  readonly processes: number;
}

export interface LiveScreen {
  /** "python app.py", and "pid 123, Python 3.12.1". */
  readonly command: string;
  readonly process: string;
  readonly recorder: RecorderFigures;
  /** Null while there is nothing yet. */
  readonly figures: LiveFigures | null;
  /** In order, and only those that pass the filter that was typed. */
  readonly rows: readonly LiveRow[];
  /** Position in `rows` of the chosen row, and of the first that is shown. */
  readonly selected: number;
  readonly first: number;
  readonly sort: LiveSorting;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
  readonly isPaused: boolean;
  /** Shares of the last stretches, by row key. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** What takes the place of the table. */
  readonly page: 'table' | 'help' | 'neighbours';
  readonly neighbours: Neighbours | null;
  /** A line that is being typed. */
  readonly prompt: string | null;
  /** A word to the user. */
  readonly message: string | null;
  readonly shorten: (file: string) => string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly lines: number;
  /** Whether lines may be bold, dim and inverse. */
  readonly hasStyles: boolean;
}

/** Lines around the rows of the table. */
const headLines = 4;
export const footLines = 1;
/** Lines of a screen that are none of the table's rows. */
export const linesAround = headLines + footLines;

/** How many rows of the table fit. */
export function rowsThatFit({ lines }: ScreenSize): number {
  return Math.max(1, lines - linesAround);
}
