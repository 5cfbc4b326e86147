/** A recording, seen from the main thread: starts the worker, writes what it sends, and closes the file whatever ends it. */
import { statSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { PyspyError } from '../../errors.js';
import type { SamplerKind, Scheduling } from '../../format/recording-info.js';
import type { TraceWriter } from '../../format/writing/writer.js';
import { packSegment } from '../batch/gathered-batch.js';
import { CommandEnd } from '../launch/command-end.js';
import type { Arrival } from '../processes/arrivals.js';
import { Follower } from '../processes/follower.js';
import { faultOf, Sought } from '../processes/unfound.js';
import { startUpkeep } from '../sampling/memory-upkeep.js';
import {
  control,
  type EndReason,
  gauges,
  stopReasons,
  type WorkerInit,
  type WorkerMessage,
} from '../sampling/thread-messages.js';
import type { Target } from '../target/target.js';
import { describeHost } from './host.js';
import { createTrace } from './new-recording.js';
import { type Progress, readProgress } from './progress.js';
import type { SessionOptions, SessionResult } from './session-options.js';

export class Session {
  /** What is recorded; rejects with a PyspyError of kind "target" if none was found. */
  readonly found: Promise<Target>;
  /** Settles when the file is closed; rejects with a PyspyError if it could not be written to the end. */
  readonly finished: Promise<SessionResult>;
  readonly #options: SessionOptions;
  readonly #control = new Int32Array(new SharedArrayBuffer(control.slots * 4));
  readonly #gauges = new Float64Array(new SharedArrayBuffer(gauges.slots * 8));
  readonly #worker: Worker;
  readonly #endUpkeep: () => void;
  readonly #host = describeHost();
  #writer: TraceWriter | null = null;
  #follower: Pick<Follower, 'lost' | 'stop'> | null = null;
  /** Pid of what was named or started; 0 if that is still to come. */
  #root: number;
  #sought: Sought | null = null;
  #path = '';
  readonly #settleFound = { resolve: (_: Target): void => {}, reject: (_: unknown): void => {} };
  /** Time zero, on the monotonic clock. */
  #startedNs = 0n;
  #failure: unknown = null;
  #end: { reason: EndReason; endedNs: number } | null = null;
  #scheduling: Scheduling = 'normal';
  #sampler: SamplerKind = 'memory';
  readonly #commandEnd = new CommandEnd();

  /** Starts at once. The output should have been checked before (`checkOutput`). */
  constructor(options: SessionOptions) {
    this.#options = options;
    const { program } = options;
    this.#root = program?.root ?? 0;
    this.found = new Promise((resolve, reject) => Object.assign(this.#settleFound, { resolve, reject }));
    this.found.catch(() => {});
    const init: WorkerInit = {
      target: program?.target ?? null,
      follows: options.follows || options.watch != null,
      rateHz: options.rateHz,
      budgetShare: options.budgetPct == null ? null : options.budgetPct / 100,
      durationNs: options.durationNs,
      realtime: options.realtime,
      native: options.native,
      sampler: options.sampler ?? 'memory',
      control: this.#control.buffer as SharedArrayBuffer,
      gauges: this.#gauges.buffer as SharedArrayBuffer,
    };
    this.#worker = options.worker;
    this.#worker.postMessage(init);
    this.#endUpkeep = startUpkeep();
    this.finished = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: WorkerMessage) => this.#guard(() => this.#take(message)));
      this.#worker.on('error', (error) => this.#fail(error));
      this.#worker.on('exit', async () => {
        if (this.#root > 0 && program === null && this.#end?.reason === 'target-exited')
          await this.#commandEnd.wait();
        this.#guard(() => this.#close());
        if (this.#failure === null) return resolve(this.#result());
        this.#settleFound.reject(this.#failure);
        reject(this.#failure);
      });
    });
    this.finished.catch(() => {});
  }

  /** Searches a process that was just started, and its descendants, for a Python, and records that from its first moment on. */
  search({ pid, command }: { readonly pid: number; readonly command: string }): void {
    this.#root = pid;
    this.#sought = new Sought(command, pid);
    Atomics.store(this.#control, control.root, pid);
    Atomics.notify(this.#control, control.root);
  }

  /** A child that is there for our own ends is no part of the program. */
  disregard(pid: number): void {
    Atomics.store(this.#control, control.helper, pid);
  }

  /**
   * The command has ended: a search that has found no Python yet ends, too.
   * @param status that it ended with
   */
  endSearch(status: number): void {
    this.#commandEnd.tell(status);
    this.#sought?.end();
    Atomics.store(this.#control, control.searchOver, 1);
  }

  /** Ends the recording; the file is complete when `finished` settles. */
  stop(): void {
    this.#endWith(stopReasons.stopped);
  }

  /**
   * Gives this moment a name in the file.
   * @param name null for mark-1, mark-2 …
   * @returns name and time; null where the recording has not begun, or is over
   */
  mark(name: string | null): { name: string; atNs: number } | null {
    const writer = this.#writer;
    if (writer === null || this.#end !== null || this.#failure !== null) return null;
    // The monotonic clock stands still while the machine sleeps, the recorder's does not; it was read at the last tick.
    const atNs = Math.max(Number(process.hrtime.bigint() - this.#startedNs), this.progress.elapsedNs);
    let made: string | null = null;
    this.#guard(() => {
      made = writer.mark(atNs, name);
    });
    return made === null ? null : { name: made, atNs };
  }

  get progress(): Progress {
    return readProgress(this.#gauges);
  }

  #take(message: WorkerMessage): void {
    switch (message.kind) {
      case 'ready':
        break;
      case 'unfound':
        throw this.#sought!.unfound(message.refusal, message.facts);
      case 'started':
        this.#startedNs = message.monotonicNs;
        this.#scheduling = message.scheduling;
        this.#sampler = message.sampler.kind;
        this.#options.begun?.(message.sampler);
        this.#path = this.#options.path(message.target);
        this.#settleFound.resolve(message.target);
        this.#writer = createTrace(this.#path, this.#options, message, this.#host);
        this.#follower = this.#follow(message.target);
        break;
      case 'lost':
        this.#follower?.lost(message.pid);
        break;
      case 'segment':
        Atomics.sub(this.#control, control.pending, 1);
        if (this.#failure === null) {
          this.#writer?.append(packSegment(message.segment));
          this.#options.stored?.();
        }
        break;
      case 'end':
        this.#follower?.stop();
        this.#scheduling = message.scheduling;
        this.#end = { reason: message.reason, endedNs: message.endedNs };
        break;
    }
  }

  #follow(first: Target): Pick<Follower, 'lost' | 'stop'> | null {
    const { refused, follows, watch = null } = this.#options;
    const found = (target: Target, parentPid: number | null): void => {
      const arrival: Arrival = { target, parentPid };
      this.#worker.postMessage(arrival);
      Atomics.add(this.#control, control.arrivals, 1);
    };
    const failed = (error: unknown): void => this.#fail(error);
    watch?.begin({ found, failed });
    if (watch !== null || !follows) return watch;
    const over = (): void => this.#endWith(stopReasons.allExited);
    const adopts = this.#options.program === null;
    return new Follower({ root: this.#root, adopts, first, found, refused, over, failed });
  }

  #endWith(reason: number): void {
    Atomics.compareExchange(this.#control, control.stop, stopReasons.none, reason);
  }

  #close(): void {
    this.#follower?.stop();
    this.#endUpkeep();
    const writer = this.#writer;
    this.#writer = null;
    if (writer === null) return;
    const elapsedNs = this.#end?.endedNs ?? this.progress.elapsedNs;
    const isOutput = this.#failure instanceof PyspyError && this.#failure.kind !== 'internal';
    const reason = this.#failure === null ? this.#reason() : isOutput ? 'output-failed' : 'recorder-failed';
    try {
      const commandStatus = reason === 'target-exited' ? this.#commandEnd.status : null;
      writer.close({ endedNs: elapsedNs, reason, commandStatus, scheduling: this.#scheduling });
    } catch (error) {
      // After a failed write the file may not take the end mark either; it then counts as crashed, which is true.
      this.#failure ??= error;
    }
  }

  #reason(): SessionResult['reason'] {
    const reason = this.#end?.reason ?? 'stopped';
    return reason === 'stopped' ? 'interrupted' : reason;
  }

  #result(): SessionResult {
    const path = this.#path;
    return {
      ...this.progress,
      elapsedNs: this.#end?.endedNs ?? this.progress.elapsedNs,
      path,
      scheduling: this.#scheduling,
      sampler: this.#sampler,
      wanted: { rateHz: this.#options.rateHz, budgetPct: this.#options.budgetPct ?? null },
      reason: this.#reason(),
      fileBytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    };
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= faultOf(error);
    this.stop();
  }
}
