/** The samples of a thread as columns of numbers that grow: millions of them take as many bytes as they must. */

/** Samples with the same stack that follow each other are one, as long as it lasts no longer. */
const longestNs = 100_000_000;

/** Stands for time without a sample. */
const hole = -4;
const isUnknown = -1;

export class SampleColumns {
  readonly #nodes = new GrowingColumn();
  readonly #timeNs = new GrowingColumn();
  readonly #weightNs = new GrowingColumn();
  readonly #cpuNs = new GrowingColumn();
  /** Until when the last sample lasts. */
  #endNs = 0;
  /** CPU time that was used within the last sample: the next one has it as used since then. */
  #restNs = 0;

  get length(): number {
    return this.#nodes.length;
  }

  /**
   * Adds what comes next.
   * @param sample CPU time is that since the sample before, null where not known
   */
  add(
    node: number,
    sample: { fromNs: number; toNs: number; tickNs: number; weightNs: number; cpuNs: number | null },
  ): void {
    const { fromNs, toNs, tickNs, weightNs, cpuNs } = sample;
    const last = this.length - 1;
    const isNext = fromNs <= this.#endNs + 1;
    if (last >= 0 && !isNext) this.#push(hole, this.#endNs, 0, this.#restNs);
    const lastNs = last < 0 ? 0 : this.#timeNs.at(last);
    if (
      last >= 0 &&
      isNext &&
      this.#nodes.at(last) === node &&
      toNs - lastNs <= longestNs &&
      cpuNs !== null
    ) {
      this.#weightNs.set(last, this.#weightNs.at(last) + weightNs);
      this.#restNs += cpuNs;
    } else {
      const rest = isNext ? this.#restNs : 0;
      this.#push(node, tickNs, weightNs, cpuNs === null ? isUnknown : cpuNs + rest);
      this.#restNs = 0;
    }
    this.#endNs = toNs;
  }

  /** @param stackOf a node's stack */
  *stacks(stackOf: (node: number) => number): Generator<number | null, void> {
    for (const node of this.#nodes.values()) yield node === hole ? null : stackOf(node);
  }

  *timesMs(): Generator<number, void> {
    for (const ns of this.#timeNs.values()) yield milliseconds(ns);
  }

  *weightsMs(): Generator<number, void> {
    for (const ns of this.#weightNs.values()) yield milliseconds(ns);
  }

  *cpuNs(): Generator<number | null, void> {
    for (const ns of this.#cpuNs.values()) yield ns === isUnknown ? null : Math.round(ns);
  }

  #push(node: number, timeNs: number, weightNs: number, cpuNs: number): void {
    this.#nodes.push(node);
    this.#timeNs.push(timeNs);
    this.#weightNs.push(weightNs);
    this.#cpuNs.push(cpuNs);
  }
}

/** To the nanosecond. */
export function milliseconds(ns: number): number {
  return Math.round(ns) / 1e6;
}

class GrowingColumn {
  #values = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  values(): Iterable<number> {
    return this.#values.subarray(0, this.length);
  }
}
