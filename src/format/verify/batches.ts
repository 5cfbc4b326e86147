/** Checks the samples: every batch decoded, compared with its row, with the tables, and with the batch before. */
import { longestUnitNs } from '../codec/batch-grid.js';
import { countLate } from '../codec/lateness.js';
import { ColumnReader } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import type { BatchHead, BatchRows } from '../samples/batch-rows.js';
import { type Batch, spansFeature, status, type ThreadSamples, waitField } from '../vocabulary.js';
import type { Findings } from './findings.js';

/** Stacks and threads that were found are remembered up to this many, so that memory has a bound. */
const rememberedIds = 1_000_000;

const allBits = Object.values(status).reduce((all, bit) => all | bit, waitField.mask);

export class BatchVerifier {
  readonly #db: TraceDatabase;
  readonly #rows: BatchRows;
  readonly #findings: Findings;
  readonly #stacks = new Set<number>();
  /** Recording of each thread. */
  readonly #threads = new Map<number, number>();
  /** By recording: the end of its last batch. */
  readonly #ends = new Map<number, { readonly id: number; readonly lastNs: number }>();
  readonly #unknown = new Set<string>();
  #unknownBits = 0;
  #hasLate: boolean | undefined;
  #spans: boolean | undefined;
  /** How many were checked. */
  batches = 0;
  samples = 0;
  ticks = 0;

  constructor(db: TraceDatabase, rows: BatchRows, findings: Findings) {
    this.#db = db;
    this.#rows = rows;
    this.#findings = findings;
  }

  /** Looks at one batch; they must come by time. */
  verify(head: BatchHead): void {
    this.batches++;
    this.#findings.guard('batch', head.id, () => {
      const { batch, unknown } = this.#rows.load(head);
      for (const name of unknown) this.#unknown.add(name);
      this.ticks += batch.tickNs.length;
      this.#verifyTimes(head, batch);
      if (batch.spanNs !== undefined && !this.#hasSpans())
        this.#add(
          head,
          `its ticks say how long they stand for, and the trace does not say that it needs "${spansFeature}"`,
        );
      this.#verifyCounts(head, batch);
      this.#verifyLate(head, batch);
      const byThread = new Map<number, ThreadSamples[]>();
      for (const entry of batch.threads) {
        const entries = byThread.get(entry.thread);
        if (entries === undefined) byThread.set(entry.thread, [entry]);
        else entries.push(entry);
      }
      for (const [thread, entries] of byThread) this.#verifyThread(head, thread, entries);
      this.#verifyStacks(head, batch);
    });
  }

  /** To be called after the last batch: what it did not know. */
  finish(): void {
    for (const name of this.#unknown)
      this.#findings.notes.push(`sample column not known to this version: ${name}`);
    if (this.#unknownBits !== 0)
      this.#findings.notes.push(`status bits not known to this version: ${this.#unknownBits}`);
  }

  #verifyTimes(head: BatchHead, { tickNs, weightNs }: Batch): void {
    const lastNs = tickNs[tickNs.length - 1]!;
    if (Math.abs(lastNs - head.lastNs) > longestUnitNs)
      this.#add(head, `its row ends at ${head.lastNs} ns and its last tick is at ${lastNs} ns`);
    const before = this.#ends.get(head.recording);
    if (before !== undefined && head.firstNs < before.lastNs)
      this.#add(head, `it begins before batch ${before.id} of the same recording ends`);
    else if (before !== undefined && weightNs[0]! > head.firstNs - before.lastNs + 2 * longestUnitNs)
      this.#add(head, `its first tick stands for more time than went by since batch ${before.id}`);
    this.#ends.set(head.recording, head);
  }

  #verifyCounts(head: BatchHead, { tickNs, threads }: Batch): void {
    const found = { ticks: tickNs.length, samples: 0, torn: 0, failed: 0, truncated: 0 };
    for (const { runLength, runStatus, runStack } of threads)
      runLength.forEach((length, run) => {
        const bits = runStatus[run]!;
        found.samples += length;
        if (bits & status.torn) found.torn += length;
        if (bits & status.failed) found.failed += length;
        if (bits & status.truncated) found.truncated += length;
        this.#unknownBits |= bits & ~allBits;
        if (bits & status.failed && runStack[run] !== 0)
          this.#add(head, `a sample of it failed and has stack ${runStack[run]}`);
        if (bits & status.gilOff && !(bits & status.gilUnknown))
          this.#add(head, 'a sample of it ran without a GIL, and says who held it');
      });
    this.samples += found.samples;
    for (const [name, count] of Object.entries(found)) {
      const said = head[name as keyof typeof found];
      if (said !== count) this.#add(head, `its row says ${said} ${name}, and its data has ${count}`);
    }
  }

  #hasSpans(): boolean {
    this.#spans ??=
      this.#db.query('SELECT 1 FROM feature WHERE name = ? AND required = 1').get(spansFeature) !== undefined;
    return this.#spans;
  }

  /** Where a row says how many ticks came late, its data has them. */
  #verifyLate(head: BatchHead, { lateNs }: Batch): void {
    this.#hasLate ??= this.#db.has('batch', 'late');
    if (!this.#hasLate) return;
    const row = this.#db.query('SELECT late FROM batch WHERE batch_id = ?').get(head.id) ?? {};
    const said = new ColumnReader(this.#db.path, 'batch').optionalInteger(row, 'late');
    const found = lateNs === undefined ? null : countLate(lateNs).late;
    const show = (count: number | null): string => (count === null ? 'nothing of' : String(count));
    if (said !== found)
      this.#add(head, `its row says ${show(said)} late ticks, and its data has ${show(found)}`);
  }

  /** A thread has at most one sample at a tick. */
  #verifyThread(head: BatchHead, id: number, entries: ThreadSamples[]): void {
    const recording = this.#recordingOf(id);
    if (recording === undefined) this.#add(head, `its thread ${id} is not in the trace`);
    else if (recording !== head.recording)
      this.#add(head, `its thread ${id} is of recording ${recording}, and the batch of ${head.recording}`);
    let end = 0;
    for (const { firstTick, cpuNs } of entries.sort((a, b) => a.firstTick - b.firstTick)) {
      if (firstTick < end) this.#add(head, `its thread ${id} has two samples at tick ${firstTick}`);
      end = Math.max(end, firstTick + cpuNs.length);
    }
  }

  #verifyStacks(head: BatchHead, { threads }: Batch): void {
    const query = this.#db.query('SELECT 1 FROM stack WHERE stack_id = ?');
    const missing = new Set<number>();
    for (const { runStack } of threads)
      for (const id of runStack) {
        if (id === 0 || this.#stacks.has(id) || missing.has(id)) continue;
        if (query.get(id) === undefined) {
          missing.add(id);
          if (missing.size > 3) return;
          this.#add(head, `its stack ${id} is not in the trace`);
        } else if (this.#stacks.size < rememberedIds) this.#stacks.add(id);
      }
  }

  #recordingOf(thread: number): number | undefined {
    let recording = this.#threads.get(thread);
    if (recording !== undefined) return recording;
    const row = this.#db
      .query('SELECT recording_id FROM thread JOIN process USING (process_id) WHERE thread_id = ?')
      .get(thread);
    if (row === undefined) return undefined;
    recording = new ColumnReader(this.#db.path, 'process').integer(row, 'recording_id');
    if (this.#threads.size < rememberedIds) this.#threads.set(thread, recording);
    return recording;
  }

  #add(head: BatchHead, what: string): void {
    this.#findings.add('batch', head.id, what);
  }
}
