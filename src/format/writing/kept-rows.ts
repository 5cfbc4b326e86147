/**
 * The dictionary rows of a trace that forgets: which of them the batches that are left still need. Rows that nothing needs
 * are deleted from the file and remembered here, since the recorder goes on using their numbers: a sample that needs
 * one again brings it back.
 */
import type Database from 'better-sqlite3';
import type { RowInserts } from '../database/row-inserts.js';
import type {
  Batch,
  FrameRow,
  FunctionRow,
  Segment,
  StackRow,
  StringRow,
  ThreadNameRow,
  ThreadRow,
} from '../vocabulary.js';
import { KeptProcesses } from './kept-processes.js';

interface Kept<Row> {
  readonly row: Row;
  /** Whether it is in the file. */
  isStored: boolean;
  /** Time of the last batch that needed it, in ns; of stacks only, and of threads. */
  usedNs: number;
}

interface KeptThread extends Kept<ThreadRow> {
  /** By rising time. */
  names: ThreadNameRow[];
}

export class KeptRows {
  readonly #insert: RowInserts;
  readonly #strings = new Map<number, Kept<StringRow>>();
  readonly #functions = new Map<number, Kept<FunctionRow>>();
  readonly #frames = new Map<number, Kept<FrameRow>>();
  readonly #stacks = new Map<number, Kept<StackRow>>();
  readonly #threads = new Map<number, KeptThread>();
  readonly #processes: KeptProcesses;
  readonly #delete: Record<'string' | 'function' | 'frame' | 'stack' | 'thread', Database.Statement>;
  readonly #deleteNames: Database.Statement;

  constructor(db: Database.Database, insert: RowInserts) {
    this.#insert = insert;
    this.#processes = new KeptProcesses(db, insert);
    const remove = (table: string) => db.prepare(`DELETE FROM ${table} WHERE ${table}_id = ?`);
    this.#delete = {
      string: remove('string'),
      function: remove('function'),
      frame: remove('frame'),
      stack: remove('stack'),
      thread: remove('thread'),
    };
    this.#deleteNames = db.prepare('DELETE FROM thread_name WHERE thread_id = ? AND since_ns < ?');
  }

  /** Threads and processes that are remembered. */
  get remembered(): { threads: number; processes: number } {
    return { threads: this.#threads.size, processes: this.#processes.size };
  }

  /** Takes note of a segment whose rows are stored in the open transaction, and stores again what its samples need. */
  add(segment: Segment, batch: Batch | null): void {
    const remember = <Row extends { id: number }>(rows: readonly Row[], into: Map<number, Kept<Row>>) => {
      for (const row of rows) into.set(row.id, { row, isStored: true, usedNs: 0 });
    };
    remember(segment.strings, this.#strings);
    remember(segment.functions, this.#functions);
    remember(segment.frames, this.#frames);
    remember(segment.stacks, this.#stacks);
    for (const row of segment.processes) this.#processes.add(row);
    for (const row of segment.threads) {
      this.#threads.set(row.id, { row, isStored: true, usedNs: row.firstNs, names: [] });
      this.#processes.need(row.process, row.firstNs);
    }
    for (const name of segment.threadNames) this.#threads.get(name.thread)?.names.push(name);
    // What is stored refers only to what is stored: so for the new rows, too.
    for (const { name } of segment.threadNames) this.#needString(name);
    for (const row of segment.functions) this.#needStringsOf(row);
    for (const row of segment.frames) this.#needFunction(row.function);
    for (const row of segment.stacks) {
      this.#needFrame(row.frame);
      this.#needStack(row.parent);
    }
    if (batch !== null) this.#needAllOf(batch);
    for (const id of segment.over ?? []) this.#processes.end(id);
  }

  #needAllOf(batch: Batch): void {
    const nowNs = batch.tickNs.at(-1)!;
    for (const { thread, runStack } of batch.threads) {
      this.#needThread(thread, nowNs);
      for (const id of new Set(runStack)) this.#needStack(id, nowNs);
    }
  }

  /** Deletes the rows that no batch after `fromNs`, the last moment that is gone, needs; within the open transaction. */
  sweep(fromNs: number): void {
    const frames = this.#sweepStacks(fromNs);
    const functions = new Set<number>();
    this.#sweep(this.#frames, this.#delete.frame, (row) => frames.has(row.id) && functions.add(row.function));
    const strings = new Set<number>();
    this.#sweep(this.#functions, this.#delete.function, (row) => {
      if (!functions.has(row.id)) return false;
      strings.add(row.name).add(row.file);
      if (row.qualname !== null) strings.add(row.qualname);
      if (row.place?.build) strings.add(row.place.build);
      return true;
    });
    for (const name of this.#sweepThreads(fromNs)) strings.add(name);
    this.#sweep(this.#strings, this.#delete.string, (row) => strings.has(row.id));
    this.#processes.sweep(fromNs);
  }

  /** @returns ids of the frames that are still needed */
  #sweepStacks(fromNs: number): Set<number> {
    const frames = new Set<number>();
    // Callees have greater ids than their callers, and come later: from the end, a caller is met after all that need it.
    const stacks = [...this.#stacks.values()].reverse();
    for (const stack of stacks) {
      if (!stack.isStored) continue;
      if (stack.usedNs > fromNs) {
        frames.add(stack.row.frame);
        const parent = this.#stacks.get(stack.row.parent);
        if (parent !== undefined) parent.usedNs = Math.max(parent.usedNs, stack.usedNs);
      } else {
        stack.isStored = false;
        this.#delete.stack.run(stack.row.id);
      }
    }
    return frames;
  }

  /** @returns ids of the names that are still needed */
  #sweepThreads(fromNs: number): Set<number> {
    const names = new Set<number>();
    for (const [id, thread] of this.#threads) {
      const isOver = this.#processes.isOver(thread.row.process);
      if (!thread.isStored) {
        if (isOver) this.#threads.delete(id);
      } else if (thread.usedNs >= fromNs) {
        // The name that it had at that moment counts, and those since.
        const first = Math.max(
          0,
          thread.names.findLastIndex((name) => name.sinceNs <= fromNs),
        );
        thread.names = thread.names.slice(first);
        if (first > 0) this.#deleteNames.run(id, Math.round(thread.names[0]!.sinceNs));
        for (const { name } of thread.names) names.add(name);
      } else {
        this.#deleteNames.run(id, Number.MAX_SAFE_INTEGER);
        this.#delete.thread.run(id);
        thread.isStored = false;
        thread.names = thread.names.slice(-1);
        if (isOver) this.#threads.delete(id);
      }
    }
    return names;
  }

  #sweep<Row extends { id: number }>(
    rows: ReadonlyMap<number, Kept<Row>>,
    remove: Database.Statement,
    isNeeded: (row: Row) => unknown,
  ): void {
    for (const kept of rows.values()) {
      if (!kept.isStored || isNeeded(kept.row)) continue;
      kept.isStored = false;
      remove.run(kept.row.id);
    }
  }

  #needThread(id: number, nowNs: number): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    thread.usedNs = nowNs;
    this.#processes.need(thread.row.process, nowNs);
    if (thread.isStored) return;
    thread.isStored = true;
    this.#insert.thread(thread.row);
    // A new name may have been stored already, before there was a sample.
    this.#deleteNames.run(id, Number.MAX_SAFE_INTEGER);
    for (const name of thread.names) {
      this.#needString(name.name);
      this.#insert.threadName(name);
    }
  }

  #needStack(id: number, nowNs = 0): void {
    let stack = this.#stacks.get(id);
    if (stack !== undefined) stack.usedNs = Math.max(stack.usedNs, nowNs);
    for (; stack !== undefined && !stack.isStored; stack = this.#stacks.get(stack.row.parent)) {
      stack.isStored = true;
      this.#insert.stack(stack.row);
      this.#needFrame(stack.row.frame);
    }
  }

  #needFrame(id: number): void {
    const frame = this.#frames.get(id);
    if (frame === undefined) return;
    if (!frame.isStored) this.#insert.frame(frame.row);
    frame.isStored = true;
    this.#needFunction(frame.row.function);
  }

  #needFunction(id: number): void {
    const fn = this.#functions.get(id);
    if (fn === undefined) return;
    if (!fn.isStored) this.#insert.function(fn.row);
    fn.isStored = true;
    this.#needStringsOf(fn.row);
  }

  #needStringsOf(row: FunctionRow): void {
    for (const id of [row.name, row.qualname, row.file, row.place?.build ?? null])
      if (id !== null) this.#needString(id);
  }

  #needString(id: number): void {
    const string = this.#strings.get(id);
    if (string === undefined || string.isStored) return;
    string.isStored = true;
    this.#insert.string(string.row);
  }
}
