/** The recorder's own thread, seen from the main one: it is started early, since getting ready takes a while. */
import { Worker } from 'node:worker_threads';
import type { WorkerMessage } from './thread-messages.js';

/**
 * How long it practises. Who attaches to a process waits for that, and V8's compiler works on beside it; a command waits
 * for its start.
 */
const rehearsalNs = { process: 25e6, command: 120e6 } as const;

/** What the thread is started with. */
export interface ThreadData {
  readonly rehearsalNs: number;
  readonly command: string | null;
}

export interface RecorderThread {
  readonly worker: Worker;
  /** Settles when it can begin at once; rejects where it failed. */
  readonly ready: Promise<void>;
}

/**
 * Starts the thread, which then waits for a `Session`; if none comes it is to be terminated.
 * @param command first word of what is to be started; null for a process that runs already
 */
export function startRecorderThread(command: string | null): RecorderThread {
  const data: ThreadData = { rehearsalNs: rehearsalNs[command === null ? 'process' : 'command'], command };
  const worker = new Worker(new URL('../../bundle/worker-thread.cjs', import.meta.url), {
    // What a tick makes is soon gone: without a limit the process was 28 MB larger after ten minutes at 1 kHz.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    workerData: data,
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', (message: WorkerMessage) => {
      worker.off('error', reject);
      if (message.kind === 'ready') resolve();
      else reject(new Error(`the recorder's thread began with "${message.kind}"`));
    });
    worker.once('error', reject);
  });
  // The code that waits for it tells of it.
  ready.catch(() => {});
  return { worker, ready };
}
