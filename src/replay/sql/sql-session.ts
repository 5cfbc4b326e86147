/** A query that runs in a thread of its own, seen from the one that wants its rows. */
import { PyspyError } from '../../errors.js';
import { startThread } from '../../package-files.js';
import type { SqlValue } from './query.js';
import type { SqlMessage, SqlRequest, SqlTask } from './sql-messages.js';

/** What becomes of a result; each may take its time, and the query waits. */
export interface SqlConsumer {
  columns(names: readonly string[]): void;
  /** @returns whether more rows are wanted */
  rows(rows: readonly SqlValue[][]): Promise<boolean>;
  progress(share: number): void;
}

export class SqlSession {
  readonly #worker = startThread('sql');
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));

  /** Ends the query at the next batch of samples; `run` then throws. One that reads no samples does not hear it. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  /**
   * Runs the query to its end.
   * @throws PyspyError of kind "usage" where it is wrong, "trace" where the trace is, "interrupted"
   */
  async run(task: Omit<SqlTask, 'stop'>, consumer: SqlConsumer): Promise<void> {
    const worker = this.#worker;
    worker.postMessage({ ...task, stop: this.#stop.buffer } satisfies SqlTask);
    await new Promise<void>((resolve, reject) => {
      // One after the other: printing takes its time.
      let before: Promise<void> = Promise.resolve();
      worker.on('message', (message: SqlMessage) => {
        before = before.then(() => this.#take(message, consumer)).catch(reject);
        if (message.kind === 'end') before = before.then(resolve);
      });
      worker.once('error', reject);
    }).finally(() => worker.terminate());
  }

  async #take(message: SqlMessage, consumer: SqlConsumer): Promise<void> {
    switch (message.kind) {
      case 'columns':
        return consumer.columns(message.columns);
      case 'progress':
        return consumer.progress(message.share);
      case 'rows': {
        const request: SqlRequest = (await consumer.rows(message.rows)) ? 'more' : 'enough';
        return this.#worker.postMessage(request);
      }
      case 'end':
        return;
      case 'error': {
        const { error: kind, hint, stack } = message;
        const error =
          kind === null
            ? new Error(message.message)
            : new PyspyError(kind, message.message, hint ? { hint } : {});
        if (stack !== undefined) error.stack = stack;
        throw error;
      }
    }
  }
}
