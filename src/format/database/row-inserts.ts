/** The INSERT statements of a trace, one a table. */
import type Database from 'better-sqlite3';
import {
  type EncodedBatch,
  type FrameRow,
  type FunctionRow,
  type Gap,
  type ProcessRow,
  type StackRow,
  type StringRow,
  spansFeature,
  type ThreadNameRow,
  type ThreadRow,
} from '../vocabulary.js';
import { storedCommand, storedText } from './stored-text.js';

export type RowInserts = ReturnType<typeof prepareInserts>;

/** A merged file may have thousands of recordings, and one set of statements is enough for all. */
const prepared = new WeakMap<Database.Database, ReturnType<typeof prepareStatements>>();

function prepareStatements(db: Database.Database) {
  const into = (table: string, columns: string): Database.Statement =>
    db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`);
  const string = into('string', 'string_id, text');
  const fn = into(
    'function',
    'function_id, kind, name_id, qualname_id, file_id, first_line, build_id, code_offset',
  );
  const frame = into('frame', 'frame_id, function_id, line');
  const stack = into('stack', 'stack_id, parent_id, frame_id');
  const process = into(
    'process',
    'process_id, recording_id, parent_id, pid, start_ticks, command, executable, cwd, python_version, python_build, first_ns',
  );
  const thread = into('thread', 'thread_id, process_id, python_thread_id, os_thread_id, first_ns');
  // A thread renamed twice within one moment keeps the later name.
  const threadName = db.prepare(
    'INSERT OR REPLACE INTO thread_name (thread_id, since_ns, string_id) VALUES (?, ?, ?)',
  );
  const batch = into(
    'batch',
    'batch_id, recording_id, first_ns, last_ns, ticks, samples, missed, spared, torn, failed, truncated, late, encoding, data',
  );
  const failure = into('failure', 'batch_id, reason, count');
  const gap = into('gap', 'recording_id, from_ns, to_ns, reason');
  return { string, fn, frame, stack, process, thread, threadName, batch, failure, gap };
}

/** @param recordingId the recording that the rows belong to */
export function prepareInserts(db: Database.Database, recordingId: number) {
  let statements = prepared.get(db);
  if (statements === undefined) {
    statements = prepareStatements(db);
    prepared.set(db, statements);
  }
  const { string, fn, frame, stack, process, thread, threadName, batch, failure, gap } = statements;
  return {
    string: (row: StringRow) => string.run(row.id, storedText(row.text)),
    function: ({ id, kind, name, qualname, file, firstLine, place }: FunctionRow) =>
      fn.run(id, kind, name, qualname, file, firstLine, place?.build ?? null, place?.offset ?? null),
    frame: (row: FrameRow) => frame.run(row.id, row.function, row.line),
    stack: (row: StackRow) => stack.run(row.id, row.parent, row.frame),
    process: (row: ProcessRow) =>
      process.run(
        row.id,
        recordingId,
        row.parent,
        row.pid,
        row.startTicks,
        storedCommand(row.command),
        storedText(row.executable),
        storedText(row.cwd),
        storedText(row.pythonVersion),
        storedText(row.pythonBuild),
        Math.round(row.firstNs),
      ),
    // SQLite's integers are signed.
    thread: (row: ThreadRow) =>
      thread.run(row.id, row.process, BigInt.asIntN(64, row.pythonId), row.osId, Math.round(row.firstNs)),
    threadName: (row: ThreadNameRow) => threadName.run(row.thread, Math.round(row.sinceNs), row.name),
    /**
     * @param id null for the next one
     * @returns its id
     */
    batch: (id: number | bigint | null, row: EncodedBatch) =>
      batch.run(
        id,
        recordingId,
        Math.round(row.firstNs),
        Math.round(row.lastNs),
        row.ticks,
        row.samples,
        row.missed,
        row.spared ?? null,
        row.torn,
        row.failed,
        row.truncated,
        row.late,
        row.encoding,
        row.data,
      ).lastInsertRowid,
    failure: (batchId: number | bigint, row: { reason: string; count: number }) =>
      failure.run(batchId, storedText(row.reason), row.count),
    gap: (row: Gap) =>
      gap.run(recordingId, Math.round(row.fromNs), Math.round(row.toNs), storedText(row.reason)),
  };
}

/** Notes that batches of a trace say how long their ticks stand for: who does not read that would be wrong. */
export function requireSpans(db: Database.Database): void {
  db.prepare('INSERT OR IGNORE INTO feature (name, required, note) VALUES (?, 1, ?)').run(
    spansFeature,
    'batches say how long their ticks stand for',
  );
}
