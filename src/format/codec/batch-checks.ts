/** Checks that the columns of a batch share: anyone may have written it, so each value is checked before use. */
import { PyspyError } from '../../errors.js';

/** More samples, or more ticks, than this in one batch are no seconds of sampling but an attack. */
export const maxTicks = 4_000_000;
export const maxSamples = 5_000_000;

/** The columns of a batch that this version knows. */
export class DecodedColumns {
  /** Names of the others. */
  readonly unknown: readonly string[];
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #where: string;

  constructor(values: ReadonlyMap<string, unknown>, unknown: readonly string[], where: string) {
    this.#values = values;
    this.unknown = unknown;
    this.#where = where;
  }

  /** The value of a key that may be missing; undefined then. */
  optional(name: string): unknown {
    return this.#values.get(name);
  }

  /** The value of a key that must be there and a list. @throws PyspyError of kind "trace" */
  list(name: string): unknown[] {
    const list = this.#values.get(name);
    if (!Array.isArray(list)) throw damagedBatch(this.#where, `its column "${name}" is not a list`);
    return list;
  }

  /** The value of a key that must be a whole number. @throws PyspyError of kind "trace" */
  number(name: string, low: number, high: number): number {
    const number = whole(this.#values.get(name), low, high);
    if (number === null) throw damagedBatch(this.#where, `its "${name}" is no whole number in range`);
    return number;
  }
}

/** Takes time that was not observed off the weights: pairs (index of a tick, units). @throws PyspyError of kind "trace" */
export function takeLost(
  lost: readonly unknown[],
  weightNs: Float64Array,
  unit: number,
  where: string,
): void {
  for (let i = 0; i < lost.length; i += 2) {
    const tick = whole(lost[i], 1, weightNs.length - 1);
    const units = whole(lost[i + 1], 0, Number.MAX_SAFE_INTEGER);
    if (tick === null || units === null || units * unit > weightNs[tick]!)
      throw damagedBatch(where, 'it lost more time than went by');
    weightNs[tick]! -= units * unit;
  }
}

export function damagedBatch(where: string, what: string): PyspyError {
  return new PyspyError('trace', `${where} is damaged: ${what}`, {
    hint: 'Replay a window that leaves it out (--from, --to), or record again.',
  });
}

/** `value` if it is a whole number from `low` to `high`, else null. */
export function whole(value: unknown, low: number, high: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : null;
}

/** A list of whole numbers below 2^32, or null if it is none. */
export function wholes(list: unknown, low: number): Uint32Array | null {
  if (!Array.isArray(list)) return null;
  const values = new Uint32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = whole(list[i], low, 0xffffffff);
    if (value === null) return null;
    values[i] = value;
  }
  return values;
}

/** The values whose deltas (the first one's from 0) are in `list`; null unless all values are integers from 0 to 2^32 - 1. */
export function fromDeltas(list: unknown): Uint32Array | null {
  if (!Array.isArray(list)) return null;
  const values = new Uint32Array(list.length);
  let value = 0;
  for (let i = 0; i < list.length; i++) {
    const delta: unknown = list[i];
    if (!Number.isInteger(delta)) return null;
    value += delta as number;
    if (value < 0 || value > 0xffffffff) return null;
    values[i] = value;
  }
  return values;
}
