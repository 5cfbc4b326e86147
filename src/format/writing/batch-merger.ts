/**
 * Replaces the batches of the last seconds by a single one, deflated. What was committed stays in the file until its
 * successor is committed, in one transaction: readers see the one or the other.
 */
import type Database from 'better-sqlite3';
import { decodeBatch } from '../codec/batch-decoder.js';
import { encodeBatch } from '../codec/batch-encoder.js';
import { mergeBatches } from '../codec/batch-sequence.js';
import type { RowInserts } from '../database/row-inserts.js';
import { type EncodedBatch, formatVersion, maxBatchSpanNs, maxMergedSamples } from '../vocabulary.js';

interface FreshBatch {
  readonly id: number | bigint;
  readonly batch: EncodedBatch;
}

export class BatchMerger {
  readonly #insert: RowInserts['batch'];
  readonly #delete: Database.Statement;
  readonly #deleteFailures: Database.Statement;
  readonly #moveFailures: Database.Statement;
  readonly #periodNs: number;
  readonly #path: string;
  #fresh: FreshBatch[] = [];

  constructor(
    db: Database.Database,
    options: { path: string; periodNs: number; insert: RowInserts['batch'] },
  ) {
    this.#insert = options.insert;
    this.#path = options.path;
    this.#periodNs = options.periodNs;
    this.#delete = db.prepare('DELETE FROM batch WHERE batch_id = ?');
    this.#deleteFailures = db.prepare('DELETE FROM failure WHERE batch_id = ?');
    this.#moveFailures = db.prepare(
      `INSERT INTO failure (batch_id, reason, count) SELECT ?, reason, sum(count) FROM failure
       WHERE batch_id BETWEEN ? AND ? GROUP BY reason ON CONFLICT DO UPDATE SET count = excluded.count`,
    );
  }

  /** Whether `next` has no room in the batch that the others are to become. */
  isFull(next: EncodedBatch): boolean {
    const first = this.#fresh[0]?.batch;
    if (first === undefined) return false;
    const samples = this.#fresh.reduce((sum, { batch }) => sum + batch.samples, next.samples);
    return next.lastNs - first.firstNs > maxBatchSpanNs || samples > maxMergedSamples;
  }

  /** Remembers a batch that was committed. */
  add(id: number | bigint, batch: EncodedBatch): void {
    this.#fresh.push({ id, batch });
  }

  /** To be called within a transaction. */
  merge(): void {
    const first = this.#fresh[0];
    const last = this.#fresh.at(-1);
    if (first === undefined || last === undefined) return;
    const batches = this.#fresh.map(({ batch }) => batch);
    const decoded = batches.map((batch) => decodeBatch({ ...batch, formatVersion }, this.#path).batch);
    const packed = encodeBatch(mergeBatches(decoded), this.#periodNs, { deflate: true });
    const sum = (column: (batch: EncodedBatch) => number): number =>
      batches.reduce((total, batch) => total + column(batch), 0);
    if (last !== first) this.#moveFailures.run(first.id, first.id, last.id);
    for (const { id } of this.#fresh) {
      if (id !== first.id) this.#deleteFailures.run(id);
      this.#delete.run(id);
    }
    this.#insert(first.id, {
      ...packed,
      ticks: sum((batch) => batch.ticks),
      samples: sum((batch) => batch.samples),
      missed: sum((batch) => batch.missed),
      ...(batches.some(({ spared }) => spared) && { spared: sum(({ spared = 0 }) => spared) }),
      torn: sum((batch) => batch.torn),
      failed: sum((batch) => batch.failed),
      truncated: sum((batch) => batch.truncated),
    });
  }

  /** Forgets what was merged, once that is committed. */
  clear(): void {
    this.#fresh = [];
  }
}
