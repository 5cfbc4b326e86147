/** Processes that cannot be recorded: counted, and told of once for each reason. */
import type { PyspyError } from '../../errors.js';

/** More reasons are not told. */
const maxReasons = 100;

export class Refusals {
  readonly #told: (error: PyspyError) => void;
  readonly #reasons = new Set<string>();
  count = 0;

  constructor(told: (error: PyspyError) => void) {
    this.#told = told;
  }

  /** @param pid which the reason may name; 0 for none */
  add(error: PyspyError, pid: number): void {
    this.count++;
    const reason = error.message.replaceAll(String(pid), 'PID');
    if (this.#reasons.has(reason) || this.#reasons.size >= maxReasons) return;
    this.#reasons.add(reason);
    this.#told(error);
  }
}
