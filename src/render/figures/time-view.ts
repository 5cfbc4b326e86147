/** The part of the time that a timeline shows, and how a window moves in it. Times are in ns. */

export type TimeWindow = readonly [fromNs: number, toNs: number];

export class TimeView {
  readonly #lengthNs: number;
  readonly #leastNs: number;
  fromNs = 0;
  toNs: number;

  /** @param leastNs less than this is not shown alone */
  constructor(lengthNs: number, leastNs: number) {
    this.#lengthNs = lengthNs;
    this.#leastNs = Math.min(lengthNs, leastNs);
    this.toNs = lengthNs;
  }

  /** Zooms about a moment, which stays where it is: 0.5 shows half as much. */
  zoomBy(factor: number, atNs: number): void {
    const before = this.toNs - this.fromNs;
    const length = Math.min(this.#lengthNs, Math.max(this.#leastNs, before * factor));
    this.#place(atNs - ((atNs - this.fromNs) / before) * length, length);
  }

  /** Moves by a share of what is seen. */
  pan(share: number): void {
    const length = this.toNs - this.fromNs;
    this.#place(this.fromNs + share * length, length);
  }

  /** Shows a window and nothing else. */
  show([fromNs, toNs]: TimeWindow): void {
    this.#place(fromNs, Math.max(this.#leastNs, toNs - fromNs));
  }

  #place(fromNs: number, length: number): void {
    this.fromNs = Math.min(Math.max(0, fromNs), this.#lengthNs - length);
    this.toNs = this.fromNs + length;
  }

  /** The middle of a window, or of what is seen. */
  middleOf(window: TimeWindow | null): number {
    const [from, to] = window ?? [this.fromNs, this.toNs];
    return (from + to) / 2;
  }

  /**
   * The window after a step, which is a fiftieth of what is seen; the first step makes one.
   * @param steps to the right @param isEnd whether the end moves alone
   */
  move(window: TimeWindow | null, steps: number, isEnd: boolean): TimeWindow {
    const step = (this.toNs - this.fromNs) / 50;
    if (window === null) return [Math.round(this.fromNs), Math.round(this.fromNs + 5 * step)];
    const [from, to] = window;
    if (isEnd) {
      const end = Math.min(this.#lengthNs, Math.max(from + step / 10, to + steps * step));
      return [from, Math.round(end)];
    }
    const start = Math.min(Math.max(0, from + steps * step), this.#lengthNs - (to - from));
    return [Math.round(start), Math.round(start + to - from)];
  }
}
