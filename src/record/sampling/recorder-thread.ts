/** The recorder's own thread, seen from the main one: it is started early, since getting ready takes a while. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../package-files.js';
import type { WorkerMessage } from './thread-messages.js';

/**
 * How long it practises. To attach to a process waits for it, while V8 compiles on another thread; a command is started after
 * it.
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
  const worker = startThread('recorder', {
    // Objects made in a tick die young: without a limit the process grew by 28 MB in ten minutes at 1 kHz.
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
  // A rejection is handled where `ready` is awaited.
  ready.catch(() => {});
  return { worker, ready };
}
