/** Ends a process whose work hangs, from a thread of its own, after saying which mutation it was. */
import { Worker } from 'node:worker_threads';

/** Without a sign of life for so long, in ms. */
const patienceMs = 20_000;

const program = `
const { workerData: { state, minor, patienceMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let before = -1;
let since = Date.now();
setInterval(() => {
  const [count, seed] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  if (count !== before) [before, since] = [count, Date.now()];
  if (Date.now() - since < patienceMs) return;
  writeSync(2, 'hangs: npm run fuzz -- --version ' + minor + ' --seed ' + seed + ' --mutations 1\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;

export class Watchdog {
  readonly #state = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(minor: string) {
    this.#worker = new Worker(program, { eval: true, workerData: { state: this.#state, minor, patienceMs } });
  }

  /** A mutation begins. */
  begin(seed: number): void {
    Atomics.store(this.#state, 1, seed);
    Atomics.add(this.#state, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
