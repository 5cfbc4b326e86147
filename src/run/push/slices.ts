/** A stretch of a recording in pieces of one length, which begin at multiples of it: sent again, they are the same pieces. */
import type { Window } from '../../replay/window/window.js';

/** Names and times of pieces are to the millisecond: none begins within that of the one before. */
const shortestNs = 1e6;

/**
 * @param everyNs null for one piece
 * @param isOpen whether more may be recorded: a last piece that is not full waits for the rest
 */
export function* slicesOf(
  { fromNs, toNs, extentNs }: Window,
  everyNs: number | null,
  isOpen: boolean,
): Generator<Window, void> {
  for (let at = fromNs; at < toNs; ) {
    const next = everyNs === null ? toNs : (Math.floor(at / everyNs) + 1) * everyNs;
    const full = next - at < shortestNs && everyNs !== null ? next + everyNs : next;
    if (isOpen && full > toNs) return;
    const end = Math.min(full, toNs);
    yield { fromNs: at, toNs: end, extentNs };
    at = end;
  }
}
