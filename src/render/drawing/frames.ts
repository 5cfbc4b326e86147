/** The frames of a picture as columns: what both drawings are made from, in Node and in the browser. */

/** How a box is painted: [fill, ink, pattern id or '']. */
export type Look = readonly [fill: string, ink: string, pattern: string];

/** A box that gathers frames. */
export const hiddenLook: Look = ['#f4f4f4', '#000', 'pyspy-hidden'];

/** Parallel columns, one entry a frame: the root first, parents before children, heaviest child first. */
export interface FrameColumns {
  readonly texts: readonly string[];
  readonly looks: readonly Look[];
  /** Frames under the frame: 0 for the root. */
  readonly depth: readonly number[];
  /** Index into texts; -1 for a box that gathers frames. */
  readonly name: readonly number[];
  readonly file: readonly number[];
  /** Line, or for a gathering box the number of frames in it. */
  readonly line: readonly number[];
  readonly look: readonly number[];
}

/** One recording. */
export interface FlameFrames extends FrameColumns {
  readonly kind: 'flame';
  /** Seconds that 1 of `time` stands for. */
  readonly unit: number;
  /** Integers, with all that a frame called; samples are not there where only time is known. */
  readonly values: { readonly time: readonly number[]; readonly samples?: readonly number[] };
}

/** The union of two recordings. */
export interface DiffFrames extends FrameColumns {
  readonly kind: 'diff';
  /** The fraction of A's time that 1 of `a` and `b` stands for. */
  readonly unit: number;
  /** Smaller changes, as fractions, are not worth a part of a name. */
  readonly slight: number;
  /** Seconds that a fraction of one stands for. */
  readonly aSeconds: number;
  readonly bSeconds: number;
  /** What was found out about functions, in lines. */
  readonly findings: readonly string[];
  /** Integers, with all that a frame called; `finding` is an index into findings. */
  readonly values: {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly finding: readonly number[];
  };
}

export type Frames = FlameFrames | DiffFrames;

/** What the picture carries for its script, as JSON. */
export type PictureData = Frames & {
  /** Upper edge of the legend in pixels. */
  readonly legendTop: number;
  /** Rows of the still picture. */
  readonly rows: number;
  /** Root on top. */
  readonly inverted: boolean;
};

/**
 * What an integer of the columns stands for. Units are powers of ten; a tenth is no binary number, and 0.225 is to be the
 * 0.225 that it was before it became an integer: it rounds as that does.
 */
export function scaled(value: number, unit: number): number {
  return unit < 1 ? value / Math.round(1 / unit) : value * unit;
}

/** Whether it is a box that gathers frames which the columns do not hold. */
export function isHidden({ name }: FrameColumns, node: number): boolean {
  return name[node]! < 0;
}

/** A frame's name as it is shown. */
export function nameOf({ texts, name }: FrameColumns, node: number): string {
  return texts[name[node]!] || '(no name)';
}

/** "file:line", as far as they are known. */
export function placeOf({ texts, file, line }: FrameColumns, node: number): string {
  const path = texts[file[node]!] ?? '';
  return path !== '' && line[node]! > 0 ? `${path}:${line[node]}` : path;
}
