/** Whether the sums that a trace has (table `rollup`) are those of its batches. */

import type { TraceDatabase } from '../database/trace-database.js';
import { TraceReader } from '../reading/reader.js';
import type { RollupEntry } from '../rollups/rollup.js';
import { Stretch } from '../rollups/rollup-builder.js';
import { RollupRows, type StoredRollup } from '../rollups/rollup-rows.js';
import type { OnProgress } from '../work.js';
import { renamesIn } from '../writing/rollup-writer.js';
import type { Findings } from './findings.js';

/** Stretches lie in each other, each eight times as long: so many levels are a million times a million samples. */
const maxLevels = 12;

/** Reads each stretch again and sums it up. Stale ones are noted: they break no rule, since no reader uses them. */
export async function verifyRollups(
  db: TraceDatabase,
  findings: Findings,
  onProgress: OnProgress,
): Promise<void> {
  await findings.guardLong('rollup', null, async () => {
    if (!db.hasRollups) return;
    const rows = new RollupRows(db);
    const reader = TraceReader.open(db.path);
    let stale = 0;
    try {
      const heads = rows.heads();
      const current = heads.filter((head) => rows.isCurrent(head));
      stale = heads.length - current.length;
      const samples = current.reduce((sum, head) => sum + head.samples, 0);
      if (samples > maxLevels * reader.counts().samples)
        return findings.add(
          'rollup',
          null,
          'they sum up each batch more often than stretches lie in each other',
        );
      for (const head of current)
        await findings.guardLong('rollup', head.id, async () => {
          if (!isSame(rows.load(head), await sumUp(reader, head, onProgress)))
            findings.add('rollup', head.id, 'its sums are not those of its batches');
        });
    } finally {
      reader.close();
    }
    if (stale > 0)
      findings.notes.push(
        `${stale === 1 ? 'a rollup is' : `${stale} rollups are`} of batches that have changed since, and not used`,
      );
  });
}

/** @returns null where the batches of a stretch cannot be summed up exactly */
async function sumUp(
  reader: TraceReader,
  { sinceNs, untilNs, batches }: StoredRollup,
  onProgress: OnProgress,
): Promise<RollupEntry[] | null> {
  const stretch = new Stretch();
  const renamesOf = renamesIn(reader);
  for (const stored of reader.weighed(0, Number.MAX_SAFE_INTEGER, {
    ends: { sinceNs, beforeNs: untilNs + 1 },
    cpu: true,
  })) {
    if (!stretch.addBatch({ ...stored, renamesOf })) return null;
    await onProgress(Math.min(1, stretch.parts / batches));
  }
  return stretch.entries();
}

function isSame(stored: readonly RollupEntry[], summed: readonly RollupEntry[] | null): boolean {
  const sorted = (entries: readonly RollupEntry[]): RollupEntry[] =>
    [...entries].sort((a, b) => a.thread - b.thread || a.atNs - b.atNs);
  if (summed === null || stored.length !== summed.length) return false;
  const others = sorted(summed);
  return sorted(stored).every((entry, at) => {
    const other = others[at]!;
    return (
      entry.thread === other.thread &&
      entry.atNs === other.atNs &&
      (['status', 'stack', 'samples', 'wallNs', 'cpuNs'] as const).every((column) =>
        sameNumbers(entry[column], other[column]),
      )
    );
  });
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
