/**
 * What happened in each lane in equal slices of time, in as few entries as there is room for: where there are more, slices become
 * twice as long. So an hour takes no more room than a minute.
 */

/** Parallel columns, by lane and time. */
export interface SliceEntries {
  readonly lane: readonly number[];
  /** First slice, and how many: the time is spread evenly over them. */
  readonly slice: readonly number[];
  readonly count: readonly number[];
  /** As it was given to `add`. */
  readonly key: readonly number[];
  readonly ns: readonly number[];
  readonly cpuNs: readonly number[];
}

/** What is summed up. */
interface Weight {
  ns: number;
  cpuNs: number;
}

/** What there is room for. */
export interface SliceLimits {
  readonly mostSlices: number;
  /** One slice alone may have more. */
  readonly mostEntries: number;
}

/** The share of a slice by which the same may differ in slices side by side and still be one entry. */
const alike = 0.02;

export class LaneSlices {
  readonly #fromNs: number;
  readonly #mostEntries: number;
  #sliceNs: number;
  #slices: number;
  /** By lane and slice: time by key. */
  #lanes: (Map<number, Weight> | undefined)[][] = [];
  #entries = 0;

  constructor({ fromNs, toNs }: { readonly fromNs: number; readonly toNs: number }, limits: SliceLimits) {
    this.#fromNs = fromNs;
    this.#mostEntries = limits.mostEntries;
    this.#sliceNs = Math.max(1, Math.ceil((toNs - fromNs) / limits.mostSlices));
    this.#slices = Math.max(1, Math.ceil((toNs - fromNs) / this.#sliceNs));
  }

  /** Length of a slice in ns, as it is now. */
  get sliceNs(): number {
    return this.#sliceNs;
  }

  /**
   * Adds a stretch of time; what lies outside of the window is its first slice's, or its last one's.
   * @param key a number that tells apart what is to be told apart
   * @param weight of the stretch, spread evenly over it
   */
  add(lane: number, key: number, fromNs: number, toNs: number, { ns, cpuNs }: Readonly<Weight>): void {
    const last = this.#slices - 1;
    const [from, to] = [fromNs - this.#fromNs, toNs - this.#fromNs];
    const first = Math.min(last, Math.max(0, Math.floor(from / this.#sliceNs)));
    const final = Math.min(last, Math.max(first, Math.ceil(to / this.#sliceNs) - 1));
    if (first === final || !(to > from)) this.#put(lane, first, key, ns, cpuNs);
    else
      for (let slice = first; slice <= final; slice++) {
        const begin = slice === first ? from : slice * this.#sliceNs;
        const end = slice === final ? to : (slice + 1) * this.#sliceNs;
        const share = (end - begin) / (to - from);
        this.#put(lane, slice, key, ns * share, cpuNs * share);
      }
    while (this.#entries > this.#mostEntries && this.#slices > 1) this.#lengthen();
  }

  #put(lane: number, slice: number, key: number, ns: number, cpuNs: number): void {
    this.#lanes[lane] ??= [];
    const slices = this.#lanes[lane]!;
    slices[slice] ??= new Map();
    const sums = slices[slice]!;
    const known = sums.get(key);
    if (known === undefined) {
      this.#entries++;
      sums.set(key, { ns, cpuNs });
    } else {
      known.ns += ns;
      known.cpuNs += cpuNs;
    }
  }

  /** Makes slices twice as long. */
  #lengthen(): void {
    const before = this.#lanes;
    this.#lanes = [];
    this.#entries = 0;
    this.#sliceNs *= 2;
    this.#slices = Math.ceil(this.#slices / 2);
    before.forEach((slices, lane) => {
      slices.forEach((sums, slice) => {
        sums?.forEach(({ ns, cpuNs }, key) => {
          this.#put(lane, slice >> 1, key, ns, cpuNs);
        });
      });
    });
  }

  /**
   * Makes slices longer until there are so many entries at most.
   * @param leastSlices that stay
   * @returns whether there are
   */
  shrinkTo(mostEntries: number, leastSlices: number): boolean {
    while (this.#entries > mostEntries && this.#slices >= 2 * leastSlices) this.#lengthen();
    return this.#entries <= mostEntries;
  }

  /** Gives keys other names; those that get the same are one. */
  rename(nameOf: (key: number) => number): void {
    const before = this.#lanes;
    this.#lanes = [];
    this.#entries = 0;
    before.forEach((slices, lane) => {
      slices.forEach((sums, slice) => {
        sums?.forEach(({ ns, cpuNs }, key) => {
          this.#put(lane, slice, nameOf(key), ns, cpuNs);
        });
      });
    });
  }

  /** All that was added. */
  entries(): SliceEntries {
    const columns = () => [] as number[];
    const [lane, slice, count, key] = [columns(), columns(), columns(), columns()];
    const [ns, cpuNs] = [columns(), columns()];
    const isAlike = (one: number, other: number) => Math.abs(one - other) <= alike * this.#sliceNs;
    this.#lanes.forEach((slices, laneAt) => {
      const lastOf = new Map<number, number>();
      slices.forEach((sums, at) => {
        sums?.forEach((weight, keyHere) => {
          const last = lastOf.get(keyHere);
          if (
            last !== undefined &&
            slice[last]! + count[last]! === at &&
            isAlike(ns[last]! / count[last]!, weight.ns) &&
            isAlike(cpuNs[last]! / count[last]!, weight.cpuNs)
          ) {
            count[last] = count[last]! + 1;
            ns[last] = ns[last]! + weight.ns;
            cpuNs[last] = cpuNs[last]! + weight.cpuNs;
            return;
          }
          lastOf.set(keyHere, key.length);
          lane.push(laneAt);
          slice.push(at);
          count.push(1);
          key.push(keyHere);
          ns.push(weight.ns);
          cpuNs.push(weight.cpuNs);
        });
      });
    });
    return { lane, slice, count, key, ns, cpuNs };
  }
}
