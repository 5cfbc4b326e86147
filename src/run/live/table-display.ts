/** The live view where there is no screen: a table every interval, and one of all at the end. */
import { linesAround } from '../../render/live/live-screen.js';
import { renderText } from '../../render/text/render-text.js';
import { outputWidth, printText } from '../output/stdout.js';
import { answerFacts } from '../views/answer-facts.js';
import { type Display, Interval } from './display.js';
import type { GrowingTrace } from './growing-trace.js';
import { type LiveSummary, sumAll } from './live-summary.js';

export interface TableOptions extends LiveSummary {
  readonly intervalMs: number;
  readonly fullFilenames: boolean;
}

export class TableDisplay implements Display {
  readonly told: readonly string[] = [];
  readonly #trace: GrowingTrace;
  readonly #options: TableOptions;
  readonly #interval: Interval;

  constructor(trace: GrowingTrace, options: TableOptions) {
    this.#trace = trace;
    this.#options = options;
    this.#interval = new Interval(options.intervalMs, Date.now());
  }

  refresh(): void {
    if (this.#interval.passes()) this.#print();
  }

  last(): void {
    // The last moments may be too few to say anything.
    if (this.#interval.share > 0.5) this.#print();
    this.#trace.read((reader) => {
      const result = sumAll(reader, this.#options);
      if (result === null || result.samples === 0) return;
      const text = renderText(
        {
          kind: 'top',
          ...answerFacts(reader, this.#options, { ...this.#options, name: 'in all' }),
          ...{ result, nothing: null },
        },
        { width: outputWidth(), colour: false },
      );
      void printText(text);
    });
  }

  end(): void {}

  #print(): void {
    this.#trace.update(true);
    const lines = Math.min(this.#options.limit, this.#trace.view.rowCount) + linesAround;
    // The last line is about keys, and there are none here.
    const table = this.#trace.render({ columns: outputWidth(), lines, hasStyles: false }).slice(0, -1);
    void printText(`${table.join('\n').trimEnd()}\n\n`);
  }
}
