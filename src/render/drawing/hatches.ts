/** Hatches of frames that one side alone has, as data: rising where they are new, falling where they are gone. */

/** Side of a hatch's square, and width of its lines, in pixels. */
export const hatchSize = 8;
export const hatchLine = 2;

export interface Hatch {
  /** As looks name it. */
  readonly id: string;
  readonly path: string;
  readonly stroke: string;
  readonly opacity: number;
}

const paths = [
  ['new', 'M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6'],
  ['gone', 'M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2'],
] as const;

/** The lines lead away from the ink, so that text stays legible. */
export const hatches: readonly Hatch[] = paths.flatMap(([kind, path]) => [
  { id: `pyspy-${kind}-black`, path, stroke: '#fff', opacity: 0.6 },
  { id: `pyspy-${kind}-white`, path, stroke: '#000', opacity: 0.35 },
]);
