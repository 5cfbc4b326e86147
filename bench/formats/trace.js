/** pyspy's traces as samples, with what they say about themselves. */
import { loadReader, loadVocabulary } from '../pyspy.js';

/** @typedef {import('../../src/format/reading/stack-forest.js').CodeFrame} CodeFrame */

/**
 * Counts of a finished trace, and when its first tick was, in ms since 1970.
 * @param {string} path
 */
export async function readCounts(path) {
  const { TraceReader } = await loadReader();
  const reader = TraceReader.open(path);
  try {
    const counts = reader.counts();
    const startedMs = Number(reader.recordings[0]?.startedUtcNs ?? 0n) / 1e6;
    let firstTickMs = startedMs;
    for (const { firstNs } of reader.batches(0, Number.MAX_SAFE_INTEGER)) {
      firstTickMs = startedMs + firstNs / 1e6;
      break;
    }
    return { ...counts, startedMs, firstTickMs, endedNs: reader.recordings[0]?.end?.endedNs ?? 0 };
  } finally {
    reader.close();
  }
}

/**
 * All samples, idle ones included; runs of the same stack are one with a count. Stacks that could not be read are left
 * out: `readCounts` has their number.
 * @param {string} path
 * @returns {Promise<(import('./folded.js').Sample & { frames: readonly CodeFrame[] })[]>}
 */
export async function readSamples(path) {
  const [{ TraceReader }, { status }] = await Promise.all([loadReader(), loadVocabulary()]);
  const reader = TraceReader.open(path);
  try {
    /** @type {Map<string, { thread: number, stack: number, torn: boolean, count: number }>} */
    const sums = new Map();
    for (const { batch } of reader.batches(0, Number.MAX_SAFE_INTEGER))
      for (const { thread, runLength, runStack, runStatus } of batch.threads)
        for (const [run, count] of runLength.entries()) {
          const bits = runStatus[run] ?? 0;
          if (bits & status.failed) continue;
          const [stack, torn] = [runStack[run] ?? 0, (bits & status.torn) !== 0];
          const key = `${thread} ${stack} ${torn}`;
          const known = sums.get(key);
          if (known === undefined) sums.set(key, { thread, stack, torn, count });
          else known.count += count;
        }
    const ids = new Set([...sums.values()].map(({ stack }) => stack));
    ids.delete(0);
    const forest = reader.forest(ids);
    /** Frames of each stack, outermost first. @type {Map<number, CodeFrame[]>} */
    const stacks = new Map([[0, []]]);
    for (const [node, id] of forest.ids.entries()) {
      if (!ids.has(id)) continue;
      const list = [];
      for (let at = node; at >= 0; at = forest.parents[at] ?? -1) {
        const frame = forest.frames[forest.frameOf[at] ?? 0];
        if (frame !== undefined) list.push(frame);
      }
      stacks.set(id, list.reverse());
    }
    return [...sums.values()].map(({ thread, stack, torn, count }) => {
      const frames = stacks.get(stack) ?? [];
      const names = frames.map(({ function: { name, qualname } }) => qualname ?? name);
      return { thread: String(thread), names, frames, count, torn };
    });
  } finally {
    reader.close();
  }
}
