/** Ticks as a recorder takes them, and programs whose truth is known at every moment: for tests of shares. */
import { chooseGrid, flatOutPeriodNs } from '../../src/format/codec/batch-grid.js';
import { Pace } from '../../src/record/schedule/pace.js';
import { createRandom } from '../format/random.js';

export interface TickSpec {
  /** 0: as fast as possible, some tens of microseconds for a tick. */
  readonly rateHz: number;
  readonly ticks: number;
  /** Share of the periods without a tick. */
  readonly missed?: number;
  /** Ticks come late by up to this share of a period. */
  readonly late?: number;
  readonly seed?: number;
}

/** In ns, as they are read back from a file: moments, and weights as the recorder tells them. */
export interface SimulatedTicks {
  readonly periodNs: number;
  /** When the program was looked at; `tickNs` is that in the steps of a file. */
  readonly exactNs: Float64Array;
  readonly tickNs: Float64Array;
  readonly weightNs: Float64Array;
}

/** One random moment in each period. Moments are spread evenly over the period, so that what they find is hardly chance. */
export function simulateTicks({ rateHz, ticks, missed = 0, late = 0, seed = 1 }: TickSpec): SimulatedTicks {
  const random = createRandom(seed);
  const periodNs = rateHz === 0 ? flatOutPeriodNs : 1e9 / rateHz;
  const { unitNs } = chooseGrid(periodNs);
  const pace = new Pace(periodNs);
  const places = spreadPlaces(ticks, random);
  const [exact, tickNs, weightNs]: [number[], number[], number[]] = [[], [], []];
  let lastNs = 0;
  for (let period = 0; period < ticks; period++) {
    const exactNs =
      rateHz === 0
        ? lastNs + (0.5 + 2 * random() ** 3) * 20_000
        : (period + places[period]! + late * random()) * periodNs;
    if (random() < missed) continue;
    const atNs = Math.ceil(exactNs / unitNs) * unitNs;
    if (atNs <= lastNs) continue;
    exact.push(exactNs);
    tickNs.push(atNs);
    weightNs.push(Math.round(pace.weigh(atNs - lastNs) / unitNs) * unitNs);
    lastNs = atNs;
  }
  return {
    periodNs,
    exactNs: Float64Array.from(exact),
    tickNs: Float64Array.from(tickNs),
    weightNs: Float64Array.from(weightNs),
  };
}

/** Programs repeat after this many periods at most. */
const classes = 12;

/** Numbers from 0 to 1, in each class of periods evenly spread and in random order. */
function spreadPlaces(count: number, random: () => number): Float64Array {
  const places = new Float64Array(count);
  for (let first = 0; first < classes; first++) {
    const members: number[] = [];
    for (let at = first; at < count; at += classes) members.push(at);
    const strata = members.map((_, at) => (at + random()) / members.length);
    for (let at = strata.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1));
      [strata[at], strata[other]] = [strata[other]!, strata[at]!];
    }
    for (const [at, place] of members.entries()) places[place] = strata[at]!;
  }
  return places;
}

/** A program that works in cycles: in each for this share in one function, then in another. */
export interface Cycle {
  readonly periods: number;
  /** Where in a period its cycles begin. */
  readonly phase: number;
  readonly share: number;
}

/** Whether it is in its first function. */
export function isInside({ periods, phase, share }: Cycle, atPeriods: number): boolean {
  const place = (atPeriods - phase) / periods;
  return place - Math.floor(place) < share;
}
