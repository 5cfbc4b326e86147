/** What a page carries of a recording. All text in it is made fit to show (words/text.ts). */

import type { SourceState } from '../words/source-words.js';

/** What a thread does, in the order of the numbers that stand for it. */
export const stateNames = [
  'running',
  'waiting for the GIL',
  'waiting for a lock',
  'idle',
  'collecting garbage',
  'not known',
] as const;

/** Whose code it is, likewise. */
export const originNames = [
  ...(['own code', 'packages', 'standard library', 'native code', 'no file'] as const),
  // No code, but the outermost caller of what a task of asyncio runs.
  'task',
] as const;

/** Times are in ns from the beginning of the page's window. */
export interface PageHead {
  readonly title: string;
  readonly command: string;
  /** Python, host, when, with what it was recorded. */
  readonly facts: readonly string[];
  /** What is missing or doubtful, and what the page had no room for. */
  readonly notes: readonly string[];
  /** Whether the page is served, and may ask for source files. */
  readonly isServed: boolean;
  /** Whether CPU time is known. */
  readonly hasCpu: boolean;
  /** Whether it opens with one's own code alone. */
  readonly opensMine: boolean;
  /** Of the window on the trace's time line, in s. */
  readonly fromS: number;
  readonly toS: number;
  readonly lanes: readonly PageLane[];
  /** What processes are called, or several together that have lanes together. */
  readonly processes: readonly string[];
  readonly marks: readonly { readonly atNs: number; readonly name: string }[];
  readonly gaps: readonly { readonly fromNs: number; readonly toNs: number; readonly reason: string }[];
  readonly stateSliceNs: number;
  readonly callSliceNs: number;
  readonly columnNs: number;
  readonly rows: number;
  /** Text that the columns refer to. */
  readonly texts: readonly string[];
}

/** The answer to a page that asks for a source file. */
export interface PageSource extends SourceState {
  /** Null where there is no text that fits. */
  readonly lines: readonly string[] | null;
}

/** What is asked for, under the page's own address, with the file's name behind it. */
export const sourceQuery = 'source?file=';

export interface PageLane {
  readonly label: string;
  /** "" where it has threads of several processes. */
  readonly process: string;
  /** Index of `processes`. */
  readonly processAt: number;
  readonly threads: number;
}

/** The columns, in the order in which they are packed. */
export const columnNames = [
  // Functions: indexes of texts, line, index of originNames, 1 for what is one's own.
  ...([
    'functionName',
    'functionFile',
    'functionModule',
    'functionLine',
    'functionOrigin',
    'functionMine',
  ] as const),
  // Frames: the function, the line.
  ...(['frameFunction', 'frameLine'] as const),
  // Nodes of the tree of calls, callers first: the caller's node + 1 (0 for none), the frame + 1 (0 for what was cut off).
  ...(['nodeParent', 'nodeFrame'] as const),
  // Time of lanes by state: lane, first slice, number of slices, state, µs.
  ...(['stateLane', 'stateSlice', 'stateCount', 'stateState', 'stateUs'] as const),
  // The same by call: the node + 2 (0: not read, 1: no Python frames). CPU time is in ten-thousandths of the wall time.
  ...(['callLane', 'callSlice', 'callCount', 'callState', 'callNode', 'callUs', 'callCpu'] as const),
  // By column and row of the heat map: µs of threads that ran. By column: ticks missed, samples torn.
  ...(['heatUs', 'missed', 'torn'] as const),
] as const;

export type ColumnName = (typeof columnNames)[number];
export type PageColumns = Readonly<Record<ColumnName, ArrayLike<number>>>;
