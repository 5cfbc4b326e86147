/** Whether the sums that a trace has (table `rollup`) are those of its batches. */
import { TraceReader } from '../reader.js';
import { type RollupEntry, unpackRollup } from '../rollup.js';
import { RollupBuilder } from '../rollup-builder.js';
import { RollupRows, type StoredRollup } from '../rollup-rows.js';
import { renamesIn } from '../rollup-writer.js';
import type { TraceDatabase } from '../trace-database.js';
import type { Findings } from './findings.js';

/** Reads each stretch again and sums it up. Stale ones are noted: they break no rule, since nobody uses them. */
export function verifyRollups(db: TraceDatabase, findings: Findings): void {
  findings.guard('rollup', null, () => {
    const rows = new RollupRows(db);
    if (!rows.exists()) return;
    const reader = TraceReader.open(db.path);
    try {
      for (const head of rows.heads())
        findings.guard('rollup', head.id, () => {
          if (!rows.isCurrent(head))
            findings.notes.push(`rollup ${head.id} is of batches that have changed since, and is not used`);
          else if (!isSame(rows.load(head), sumUp(reader, head, db.path)))
            findings.add('rollup', head.id, 'its sums are not those of its batches');
        });
    } finally {
      reader.close();
    }
  });
}

/** @returns null where the batches of a stretch cannot be summed up exactly */
function sumUp(reader: TraceReader, { sinceNs, untilNs }: StoredRollup, path: string): RollupEntry[] | null {
  const builder = new RollupBuilder({ samples: Number.POSITIVE_INFINITY, leastParts: 1 });
  const ends = { sinceNs, beforeNs: untilNs + 1 };
  const renamesOf = renamesIn(reader);
  for (const stored of reader.batches(0, Number.MAX_SAFE_INTEGER, ends))
    if (!builder.add({ ...stored, renamesOf })) return null;
  const [built] = builder.finish();
  return built === undefined ? null : unpackRollup(built.data, `the sums of ${path}`);
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
