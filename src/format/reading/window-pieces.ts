/** A window in pieces: sums where the trace has some that lie within, and the batches between them. */
import type { RollupEntry } from '../rollups/rollup.js';
import type { RollupRows, StoredRollup } from '../rollups/rollup-rows.js';
import type { WeighedBatch, WeighOptions } from '../samples/weighed-batch.js';

/** A part of a window: a batch, or the sums over a stretch of them that lies within. */
export type WindowPiece =
  | { readonly kind: 'batch'; readonly stored: WeighedBatch }
  | { readonly kind: 'rollup'; readonly head: StoredRollup; readonly entries: readonly RollupEntry[] };

/** What is needed of a trace. */
interface WeighedSource {
  weighed(fromNs: number, toNs: number, options: WeighOptions): Iterable<WeighedBatch>;
}

/** @throws PyspyError of kind "trace" at what cannot be decoded */
export function* windowPieces(
  reader: WeighedSource,
  rollups: RollupRows,
  { fromNs, toNs, cpu }: { fromNs: number; toNs: number; cpu: boolean },
): Generator<WindowPiece, void> {
  let sinceNs = 0;
  for (const head of rollups.within(fromNs, toNs)) {
    for (const stored of reader.weighed(fromNs, toNs, { ends: { sinceNs, beforeNs: head.sinceNs }, cpu }))
      yield { kind: 'batch', stored };
    yield { kind: 'rollup', head, entries: rollups.load(head) };
    sinceNs = head.untilNs + 1;
  }
  for (const stored of reader.weighed(fromNs, toNs, { ends: { sinceNs, beforeNs: Infinity }, cpu }))
    yield { kind: 'batch', stored };
}
