/** The live view for programs: an object a line for each interval, and one of all at the end. */
import { printJsonLine } from '../output/stdout.js';
import { type Display, Interval } from './display.js';
import type { GrowingTrace } from './growing-trace.js';
import { type LiveSummary, sumAll, sumStretch } from './live-summary.js';

export class JsonDisplay implements Display {
  readonly told: readonly string[] = [];
  readonly #trace: GrowingTrace;
  readonly #options: LiveSummary;
  readonly #interval: Interval;
  /** Where the next stretch begins. */
  #seenNs = 0;

  constructor(trace: GrowingTrace, options: LiveSummary & { readonly intervalMs: number }) {
    this.#trace = trace;
    this.#options = options;
    this.#interval = new Interval(options.intervalMs, Date.now());
  }

  refresh(): void {
    if (this.#interval.passes()) this.#print();
  }

  last(): void {
    this.#print();
    this.#trace.read((reader) => {
      const result = sumAll(reader, this.#options);
      if (result !== null) void printJsonLine({ live: 'total', ...result });
    });
  }

  end(): void {}

  #print(): void {
    this.#trace.read((reader) => {
      const stretch = { fromNs: this.#seenNs, toNs: reader.extentNs() };
      const result = sumStretch(reader, stretch, this.#options);
      if (result === null) return;
      this.#seenNs = stretch.toNs;
      void printJsonLine({ live: 'interval', ...result });
    });
  }
}
