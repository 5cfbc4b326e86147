/** Whether the garbage collectors of the interpreters are under way: read along with the stacks. */

import type { RangeList } from '../../platform/memory.js';
import type { Layout } from '../layouts/layout.js';
import type { StaticVariables } from '../target/locate.js';

export class CollectorReader {
  readonly #layout: Layout;
  readonly #runtime: number;
  readonly #variables: StaticVariables;
  #interpreters: readonly number[] = [];
  /** Addresses of the flags (one for all interpreters, or one each), where they land, and what they were. */
  #flags: number[] = [];
  #offsets: number[] = [];
  readonly #running = new Set<number>();

  constructor(layout: Layout, runtime: number, variables: StaticVariables) {
    this.#layout = layout;
    this.#runtime = runtime;
    this.#variables = variables;
  }

  /** To be called when the list of interpreters was read anew. */
  find(interpreters: readonly number[]): void {
    const place = this.#layout.collector;
    this.#interpreters = interpreters;
    switch (place.kind) {
      case 'variable':
        this.#flags = this.#variables.collecting === null ? [] : [this.#variables.collecting];
        break;
      case 'runtime':
        this.#flags = [this.#runtime + place.collecting];
        break;
      case 'interpreter':
        this.#flags = interpreters.map((interpreter) => interpreter + place.collecting);
        break;
    }
  }

  get known(): boolean {
    return this.#flags.length > 0;
  }

  plan(ranges: RangeList): void {
    // Eight bytes, so that what follows stays aligned.
    for (let i = 0; i < this.#flags.length; i++) this.#offsets[i] = ranges.addNear(this.#flags[i]!, 8);
  }

  update(words: Uint32Array): void {
    if (this.#running.size > 0) this.#running.clear();
    if (this.#flags.length === 0) return;
    const isShared = this.#layout.collector.kind !== 'interpreter';
    for (let i = 0; i < this.#interpreters.length; i++)
      if (words[this.#offsets[isShared ? 0 : i]! >>> 2] === 1) this.#running.add(this.#interpreters[i]!);
  }

  isRunning(interpreter: number): boolean {
    return this.#running.size > 0 && this.#running.has(interpreter);
  }
}
