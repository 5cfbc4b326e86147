/** Paints lanes: for each pixel the shares of the states, one on top of the other, as high as the lane is busy. */
import { stateNames } from '../drawing/page-data.js';
import { bytesOf, type Palette } from '../figures/palette.js';
import { type Recording, stateCount } from '../figures/recording.js';
import { tasksUs } from '../figures/tasks.js';

const numbersOf = (...names: (typeof stateNames)[number][]): readonly number[] =>
  names.map((name) => stateNames.indexOf(name));

/** States from the bottom up. */
const stacked = numbersOf(
  ...(['running', 'collecting garbage', 'waiting for the GIL', 'waiting for a lock'] as const),
  ...(['not known', 'idle'] as const),
);

/** States that fill the overview: all but those that sleep for something else than the GIL, and not known. */
const busy = numbersOf('running', 'waiting for the GIL', 'collecting garbage');

const every = [...Array(stateCount).keys()];

/** What is painted: a lane's µs by slice and state, and what fills its height. */
export interface PaintedLane {
  readonly us: Float32Array;
  readonly sliceNs: number;
  /** µs of a slice that fill the height. */
  readonly fullUs: number;
}

/** The lanes of all threads, then those of tasks; and all threads together. */
export function paintedLanes(recording: Recording): { lanes: PaintedLane[]; all: PaintedLane } {
  const { stateSliceNs: sliceNs, callSliceNs } = recording.head;
  const lanes = recording.laneUs.map((us, at) => {
    return { us, sliceNs, fullUs: fullOf(us, sliceNs, every, recording.lanes[at]!.threads) };
  });
  const tasks = tasksUs(recording).map((us) => {
    return { us, sliceNs: callSliceNs, fullUs: fullOf(us, callSliceNs, every, recording.lanes.length) };
  });
  const all = new Float32Array(recording.slices * stateCount);
  for (const us of recording.laneUs)
    for (let at = 0; at < us.length; at++) if (busy.includes(at % stateCount)) all[at] = all[at]! + us[at]!;
  const threads = recording.lanes.length > 1 ? 2 : (recording.lanes[0]?.threads ?? 1);
  const fullUs = fullOf(all, sliceNs, busy, threads);
  return { lanes: [...lanes, ...tasks], all: { us: all, sliceNs, fullUs } };
}

/**
 * Paints lanes one under the other.
 * @param height pixels of a lane, of which the last two stay empty
 */
export function paintLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly PaintedLane[],
  options: {
    readonly view: { readonly fromNs: number; readonly toNs: number };
    readonly height: number;
    readonly palette: Palette;
  },
): void {
  const { width } = context.canvas;
  const { view, height, palette } = options;
  const image = context.createImageData(width, Math.max(1, lanes.length * height));
  const pixels = new Uint32Array(image.data.buffer);
  const colours = palette.states.map((colour) => littleEndian(bytesOf(colour)));
  const sums = new Float64Array(stateCount);
  const room = height - 2;
  lanes.forEach(({ us, sliceNs, fullUs }, at) => {
    const slices = us.length / stateCount;
    const perPixel = (view.toNs - view.fromNs) / width / sliceNs;
    for (let x = 0; x < width; x++) {
      const from = view.fromNs / sliceNs + x * perPixel;
      addUp(us, from, Math.min(slices, from + perPixel), sums);
      let filled = 0;
      let y = at * height + room - 1;
      for (const state of stacked) {
        filled += (sums[state]! / (fullUs * perPixel)) * room;
        const top = at * height + room - Math.min(room, Math.round(filled));
        for (; y >= top; y--) pixels[y * width + x] = colours[state]!;
      }
    }
  });
  context.putImageData(image, 0, 0);
}

/** Sums a stretch of slices, with fractions, by state. */
function addUp(us: Float32Array, from: number, to: number, sums: Float64Array): void {
  sums.fill(0);
  for (let slice = Math.floor(from); slice < to; slice++) {
    const share = Math.min(to, slice + 1) - Math.max(from, slice);
    const base = slice * stateCount;
    for (let state = 0; state < stateCount; state++)
      sums[state] = sums[state]! + (us[base + state] ?? 0) * share;
  }
}

/**
 * What fills a lane: a thread all of the time, or for several what they have in all but the busiest hundredth of the slices.
 * The first slice and the last one may have a little more time than there is.
 */
function fullOf(us: Float32Array, sliceNs: number, states: readonly number[], threads: number): number {
  const all = sliceNs / 1e3;
  if (threads === 1) return all;
  const sums = new Float32Array(us.length / stateCount);
  for (let slice = 0; slice < sums.length; slice++)
    for (const state of states) sums[slice] = sums[slice]! + us[slice * stateCount + state]!;
  sums.sort();
  return Math.max(all, sums[Math.floor(sums.length * 0.99)] ?? 0);
}

/** A pixel as canvases have it on every machine that runs browsers. */
export function littleEndian([red, green, blue]: readonly [number, number, number]): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
