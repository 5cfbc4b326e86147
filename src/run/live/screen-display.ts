/** The live view on a screen, with keys. */
import { PyspyError } from '../../errors.js';
import { type Display, Interval } from './display.js';
import type { GrowingTrace } from './growing-trace.js';
import { LiveTerminal } from './live-terminal.js';
import { writeSeen } from './write-seen.js';

export interface ScreenDisplayOptions {
  readonly intervalMs: number;
  /** A name for the trace that w writes, at that moment. */
  readonly outputName: () => string;
  readonly force: boolean;
}

export class ScreenDisplay implements Display {
  readonly told: string[] = [];
  readonly #trace: GrowingTrace;
  readonly #options: ScreenDisplayOptions;
  readonly #interval: Interval;
  readonly #terminal = new LiveTerminal({
    resized: () => this.#draw(),
    key: (name, text) => this.#press(name, text),
  });

  /** Takes the terminal; `end` gives it back. */
  constructor(trace: GrowingTrace, options: ScreenDisplayOptions) {
    this.#trace = trace;
    this.#options = options;
    this.#interval = new Interval(options.intervalMs, 0);
    this.#terminal.open();
    this.#draw();
  }

  refresh(): void {
    if (!this.#interval.passes()) return;
    this.#trace.update(true);
    this.#draw();
  }

  last(): void {}

  end(): void {
    this.#terminal.close();
  }

  #draw(): void {
    this.#terminal.draw(this.#trace.render(this.#terminal.size));
  }

  #press(name: string, text: string): void {
    const { session, view } = this.#trace;
    const wish = view.press(name, text, this.#terminal.size);
    if (wish === 'quit') session.stop();
    else if (wish === 'suspend') this.#terminal.suspend();
    else {
      if (wish === 'write') void this.#write();
      if (wish === 'update') this.#trace.update(false);
      this.#draw();
    }
  }

  async #write(): Promise<void> {
    const { path, view } = this.#trace;
    try {
      const line = await writeSeen(path, this.#options.outputName(), this.#options.force);
      this.told.push(line);
      view.say(line);
    } catch (error) {
      view.say(error instanceof PyspyError ? error.message : String(error));
    }
    this.#draw();
  }
}
