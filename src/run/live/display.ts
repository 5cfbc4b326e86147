/** Where a live view is shown. */
export interface Display {
  /** New samples are there. */
  refresh(): void;
  /** No more will come. */
  last(): void;
  end(): void;
  /** What is worth telling after the end. */
  readonly told: readonly string[];
}

/** Samples come in about once a second, not to the millisecond. */
const slackMs = 300;

/** Tells when an interval is over, for who is called more often. */
export class Interval {
  readonly #ms: number;
  #beganMs: number;

  /** @param beganMs when the first one began, as Date.now() has it */
  constructor(ms: number, beganMs: number) {
    this.#ms = ms;
    this.#beganMs = beganMs;
  }

  /** Whether it is over; then the next one begins. */
  passes(): boolean {
    if (this.share * this.#ms < this.#ms - slackMs) return false;
    this.#beganMs = Date.now();
    return true;
  }

  /** How much of it is over: 1 for all. */
  get share(): number {
    return (Date.now() - this.#beganMs) / this.#ms;
  }
}
