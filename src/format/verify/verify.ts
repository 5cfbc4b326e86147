/**
 * Checks that a trace is as docs/format.md describes it, everything of it, and says what is not. It goes on after a
 * fault, so that one run finds them all.
 */

import { readFeatures, readRecordings, type StoredRecording } from '../database/recordings.js';
import { TraceDatabase } from '../database/trace-database.js';
import { findTraceState, type TraceState } from '../reading/trace-state.js';
import { BatchRows } from '../samples/batch-rows.js';
import type { OnProgress } from '../work.js';
import { BatchVerifier } from './batches.js';
import { verifyFile } from './file.js';
import { Findings, type Problem } from './findings.js';
import { verifyRollups } from './rollups.js';
import { countRows, verifyTables } from './tables.js';

/** `verify --json`, see schema/verify.schema.json. */
export interface VerifyResult {
  file: string;
  format_version: number;
  /** Null where the damage does not let it be told. */
  state: TraceState | null;
  ok: boolean;
  checked: {
    batches: number;
    ticks: number;
    samples: number;
    recordings: number;
    processes: number;
    threads: number;
    strings: number;
    functions: number;
    frames: number;
    stacks: number;
    gaps: number;
    marks: number;
  };
  /** How many there are; of one table at most 20 are listed. */
  problems_total: number;
  problems: Problem[];
  notes: string[];
}

/**
 * Checks a whole trace.
 * @throws PyspyError of kind "trace" where it is none, cannot be opened, or needs a newer version
 */
export async function verifyTrace(path: string, onProgress: OnProgress): Promise<VerifyResult> {
  const db = TraceDatabase.open(path);
  try {
    return await verify(db, onProgress);
  } finally {
    db.close();
  }
}

async function verify(db: TraceDatabase, onProgress: OnProgress): Promise<VerifyResult> {
  const findings = new Findings(db.path);
  for (const name of readFeatures(db)) findings.notes.push(`feature not known to this version: ${name}`);
  verifyFile(db, findings);
  verifyTables(db, findings);
  let recordings: StoredRecording[] | null = null;
  findings.guard('recording', null, () => {
    recordings = readRecordings(db);
  });
  let rows: Record<string, number> = {};
  findings.guard('file', null, () => {
    rows = countRows(db, [...counted, 'batch']);
  });
  const batches = await verifyBatches(db, rows.batch ?? 0, findings, onProgress);
  await verifyRollups(db, findings, onProgress);
  const count = (table: (typeof counted)[number]) => rows[table] ?? 0;
  return {
    file: db.path,
    format_version: db.version,
    state: recordings && findTraceState(db.file, recordings),
    ok: findings.total === 0,
    checked: {
      batches: batches.batches,
      ticks: batches.ticks,
      samples: batches.samples,
      recordings: count('recording'),
      processes: count('process'),
      threads: count('thread'),
      strings: count('string'),
      functions: count('function'),
      frames: count('frame'),
      stacks: count('stack'),
      gaps: count('gap'),
      marks: count('mark'),
    },
    problems_total: findings.total,
    problems: findings.problems,
    notes: findings.notes,
  };
}

const counted = [
  'recording',
  'process',
  'thread',
  'string',
  'function',
  'frame',
  'stack',
  'gap',
  'mark',
] as const;

async function verifyBatches(
  db: TraceDatabase,
  total: number,
  findings: Findings,
  onProgress: OnProgress,
): Promise<BatchVerifier> {
  const rows = new BatchRows(db);
  const verifier = new BatchVerifier(db, rows, findings);
  // A head that cannot be read ends the list; the table's own rules have named it then.
  const heads = rows.between(0, Number.MAX_SAFE_INTEGER);
  for (;;) {
    let next: ReturnType<typeof heads.next> | undefined;
    findings.guard('batch', null, () => {
      next = heads.next();
    });
    if (next === undefined || next.done) break;
    verifier.verify(next.value);
    if (verifier.samples > rows.mostSamples()) {
      findings.add(
        'file',
        null,
        'its batches have more samples than a file of this size can have; the rest was not read',
      );
      verifier.finish();
      return verifier;
    }
    await onProgress(total > 0 ? verifier.batches / total : 1);
  }
  if (verifier.batches !== total)
    findings.add(
      'batch',
      null,
      `${total} are in the table, and ${verifier.batches} can be found by their time`,
    );
  verifier.finish();
  return verifier;
}
