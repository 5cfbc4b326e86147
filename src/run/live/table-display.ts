/** The live view where there is no screen: a table every interval. */
import { linesAround } from '../../render/live/live-screen.js';
import { printText } from '../output/stdout.js';
import { type Display, Interval } from './display.js';
import type { GrowingTrace } from './growing-trace.js';

/** As wide as a log is read. */
const columns = 120;

export class TableDisplay implements Display {
  readonly told: readonly string[] = [];
  readonly #trace: GrowingTrace;
  readonly #limit: number;
  readonly #interval: Interval;

  /** @param options.limit rows of a table */
  constructor(trace: GrowingTrace, options: { readonly intervalMs: number; readonly limit: number }) {
    this.#trace = trace;
    this.#limit = options.limit;
    this.#interval = new Interval(options.intervalMs, Date.now());
  }

  refresh(): void {
    if (this.#interval.passes()) this.#print();
  }

  last(): void {
    // The last moments may be too few to say anything.
    if (this.#interval.share > 0.5) this.#print();
  }

  end(): void {}

  #print(): void {
    this.#trace.update(true);
    const lines = Math.min(this.#limit, this.#trace.view.rowCount) + linesAround;
    // The last line is about keys, and there are none here.
    const table = this.#trace.render({ columns, lines, hasStyles: false }).slice(0, -1);
    void printText(`${table.join('\n').trimEnd()}\n\n`);
  }
}
