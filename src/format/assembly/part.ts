/** Copies one trace, or a window of it, into a new one: recordings, processes, threads, samples, gaps and marks. */
import type Database from 'better-sqlite3';
import { damagedBatch } from '../codec/batch-checks.js';
import type { StoredRecording } from '../database/recordings.js';
import { prepareInserts, requireSpans } from '../database/row-inserts.js';
import type { TraceReader } from '../reading/reader.js';
import type { StoredThread } from '../reading/thread-rows.js';
import type { HostInfo, RecordingEnd } from '../recording-info.js';
import type { StoredBatch } from '../samples/batch-rows.js';
import { type Failure, type ProcessRow, status } from '../vocabulary.js';
import type { OnProgress } from '../work.js';
import { insertRecording } from '../writing/new-trace.js';
import { BatchJoiner } from './batch-joiner.js';
import { countSamples, sliceBatch, type Translation } from './batch-slice.js';
import type { DictionaryWriter } from './dictionary-writer.js';

/** Where a part goes. */
export interface Destination {
  readonly db: Database.Database;
  readonly dictionaries: DictionaryWriter;
  /** Id of a host's row. */
  hostOf(host: HostInfo): number;
  nextProcess(): number;
  nextThread(): number;
}

export interface PartOptions {
  /** Samples in from <= t < to; null for all of the trace, also threads that have none. */
  readonly window: { readonly fromNs: number; readonly toNs: number } | null;
  /** What is added to all times. */
  readonly shiftNs: number;
}

/** A recording as it is in the new trace. */
interface Copied {
  readonly id: number;
  readonly insert: ReturnType<typeof prepareInserts>;
  readonly joiner: BatchJoiner;
}

export class Part implements Translation {
  readonly shiftNs: number;
  readonly #to: Destination;
  readonly #reader: TraceReader;
  readonly #fromNs: number;
  readonly #toNs: number;
  readonly #isAll: boolean;
  readonly #addMark: (recording: number, atNs: number, name: string) => void;
  /** From ids of the trace to what they are in the new one. */
  readonly #recordings = new Map<number, Copied>();
  readonly #processes = new Map<number, number>();
  readonly #threads = new Map<number, number>();
  readonly #stacks = new Map<number, number>([[0, 0]]);

  constructor(to: Destination, reader: TraceReader, { window, shiftNs }: PartOptions) {
    this.#to = to;
    this.#reader = reader;
    this.shiftNs = shiftNs;
    this.#isAll = window === null;
    this.#fromNs = window?.fromNs ?? reader.keptFromNs();
    this.#toNs = window?.toNs ?? reader.extentNs();
    const mark = to.db.prepare('INSERT INTO mark (recording_id, at_ns, name) VALUES (?, ?, ?)');
    this.#addMark = (recording, atNs, name) => mark.run(recording, Math.round(atNs), name);
  }

  /** @returns number of samples. @throws PyspyError of kind "trace" where the trace is damaged */
  async copy(onProgress: OnProgress): Promise<number> {
    const reader = this.#reader;
    const state = reader.state();
    for (const recording of reader.recordings) this.#copyRecording(recording, state === 'recording');
    if (this.#isAll) {
      for (const process of reader.processes()) this.#process(process);
      for (const thread of reader.threads()) this.thread(thread.id);
    }
    let samples = 0;
    for (const batch of reader.batches(this.#fromNs, this.#isAll ? Number.MAX_SAFE_INTEGER : this.#toNs)) {
      samples += this.#copyBatch(batch);
      await onProgress((batch.lastNs - this.#fromNs) / Math.max(1, this.#toNs - this.#fromNs));
    }
    for (const { joiner } of this.#recordings.values()) joiner.flush();
    this.#copyParents();
    this.#copyMoments();
    return samples;
  }

  thread(id: number): number {
    const known = this.#threads.get(id);
    if (known !== undefined) return known;
    const thread = this.#reader.thread(id);
    const process = this.#process(thread.process);
    const copied = this.#recordingOf(thread.process.recording);
    const next = this.#to.nextThread();
    this.#threads.set(id, next);
    copied.insert.thread({
      id: next,
      process,
      pythonId: thread.pythonId,
      osId: thread.osId,
      firstNs: thread.firstNs + this.shiftNs,
    });
    for (const { sinceNs, name } of this.#namesOf(thread))
      copied.insert.threadName({
        thread: next,
        sinceNs: sinceNs + this.shiftNs,
        name: this.#to.dictionaries.string(name),
      });
    return next;
  }

  stack(id: number): number {
    return this.#stacks.get(id)!;
  }

  /** The name that it had when the window began counts, and those that it got within. */
  #namesOf({ names }: StoredThread): StoredThread['names'] {
    if (this.#isAll) return names;
    const first = Math.max(
      0,
      names.findLastIndex(({ sinceNs }) => sinceNs <= this.#fromNs),
    );
    return names.filter(({ sinceNs }, at) => at === first || (at > first && sinceNs < this.#toNs));
  }

  #copyRecording(recording: StoredRecording, isLive: boolean): void {
    const { host, offsetNs, keptFromNs, ...rest } = recording;
    const endNs = recording.end?.endedNs ?? this.#reader.extentNs();
    if (
      !this.#isAll &&
      (offsetNs >= this.#toNs || (endNs <= this.#fromNs && this.#reader.recordings.length > 1))
    )
      return;
    const kept = this.#isAll ? keptFromNs : Math.max(keptFromNs, this.#fromNs);
    const end = this.#endOf(recording.end, endNs, isLive);
    const id = insertRecording(this.#to.db, this.#to.hostOf(host), {
      ...rest,
      offsetNs: offsetNs + this.shiftNs,
      keptFromNs: kept === 0 ? 0 : Math.round(kept + this.shiftNs),
      end: end && { ...end, endedNs: Math.round(end.endedNs + this.shiftNs) },
    });
    const insert = prepareInserts(this.#to.db, id);
    this.#recordings.set(recording.id, { id, insert, joiner: new BatchJoiner(insert, recording.rateHz) });
  }

  /** A part that ends earlier was cut there; of a recording that goes on, this is what there was. A crashed one stays so. */
  #endOf(end: RecordingEnd | null, endNs: number, isLive: boolean): RecordingEnd | null {
    if (!this.#isAll && this.#toNs < endNs) return { endedNs: this.#toNs, reason: 'cut' };
    return end === null && isLive ? { endedNs: endNs, reason: 'snapshot' } : end;
  }

  #recordingOf(id: number): Copied {
    const recording = this.#recordings.get(id);
    if (recording === undefined)
      throw damagedBatch(this.#reader.path, `it has samples of recording ${id}, which it does not have then`);
    return recording;
  }

  #process(process: ProcessRow): number {
    const known = this.#processes.get(process.id);
    if (known !== undefined) return known;
    const id = this.#to.nextProcess();
    this.#processes.set(process.id, id);
    const firstNs = process.firstNs + this.shiftNs;
    this.#recordingOf(process.recording).insert.process({ ...process, id, parent: null, firstNs });
    return id;
  }

  /** Known once all processes are copied: who started whom. */
  #copyParents(): void {
    const update = this.#to.db.prepare('UPDATE process SET parent_id = ? WHERE process_id = ?');
    for (const { id, parent } of this.#reader.processes()) {
      const copied = this.#processes.get(id);
      const copiedParent = parent === null ? undefined : this.#processes.get(parent);
      if (copied !== undefined && copiedParent !== undefined) update.run(copiedParent, copied);
    }
  }

  /** @returns number of samples in the window */
  #copyBatch({ id, recording, batch, missed, spared = 0, failed }: StoredBatch): number {
    const { tickNs, weightNs } = batch;
    const [low, high] = this.#isAll
      ? [0, tickNs.length]
      : [tickNs.findIndex((ns) => ns >= this.#fromNs), tickNs.findLastIndex((ns) => ns < this.#toNs) + 1];
    if (low < 0 || low >= high) return 0;
    if (weightNs.some((ns) => ns > Number.MAX_SAFE_INTEGER))
      throw damagedBatch(`batch ${id} of ${this.#reader.path}`, 'a tick of it stands for too much time');
    if (batch.spanNs !== undefined) requireSpans(this.#to.db);
    this.#translateStacks(batch, low, high);
    const slice = sliceBatch(batch, low, high, this);
    const share = (high - low) / tickNs.length;
    const failures = this.#reader.failuresOf(id);
    const counts = countSamples(slice);
    const kept = share === 1 || failed === 0 ? 1 : counts.failed / failed;
    this.#recordingOf(recording).joiner.add(slice, {
      missed: Math.round(missed * share),
      spared: Math.round(spared * share),
      failures: scale(failures, kept),
    });
    return counts.samples;
  }

  #translateStacks({ threads }: StoredBatch['batch'], low: number, high: number): void {
    const unknown = new Set<number>();
    for (const { firstTick, runLength, runStack, runStatus } of threads) {
      let start = firstTick;
      runStack.forEach((stack, run) => {
        const end = start + runLength[run]!;
        if (end > low && start < high && !(runStatus[run]! & status.failed) && !this.#stacks.has(stack))
          unknown.add(stack);
        start = end;
      });
    }
    if (unknown.size === 0) return;
    const forest = this.#reader.forest(unknown);
    for (const [at, id] of this.#to.dictionaries.stacks(forest).entries())
      this.#stacks.set(forest.ids[at]!, id);
  }

  #copyMoments(): void {
    const reader = this.#reader;
    const isInside = (ns: number) => this.#isAll || (ns >= this.#fromNs && ns < this.#toNs);
    const [from, to] = this.#isAll ? [-1, Number.MAX_SAFE_INTEGER] : [this.#fromNs, this.#toNs];
    for (const gap of reader.gaps(from, to)) {
      const copied = this.#recordings.get(gap.recording);
      copied?.insert.gap({
        fromNs: Math.max(gap.fromNs, from) + this.shiftNs,
        toNs: Math.min(gap.toNs, to) + this.shiftNs,
        reason: gap.reason,
      });
    }
    for (const { recording, atNs, name } of reader.marks()) {
      const copied = this.#recordings.get(recording);
      if (copied !== undefined && isInside(atNs)) this.#addMark(copied.id, atNs + this.shiftNs, name);
    }
  }
}

/** Reasons are known per batch: of a part of one, the share of its samples that failed. */
function scale(failures: readonly Failure[], share: number): Failure[] {
  return failures.map(({ reason, count }) => ({ reason, count: Math.round(count * share) }));
}
