/** Judges stacks of a program that says which function it calls from which line (targets/calls.py). */

/** @typedef {import('../src/format/reading/stack-forest.js').CodeFrame} CodeFrame */
/** @typedef {[name: string, file: string, firstLine: number]} Place */
/**
 * @typedef {[caller: Place | null, line: number, callee: Place]} Edge a null caller is that of an outermost function; from
 *   line 0 it can be called anywhere in the caller
 */

/** Kinds of functions: a marker is a note in the stack, and nothing is said of what lies on both sides; a task is none. */
const [marker, task] = [4, 5];

/**
 * @typedef {object} CallCounts in samples
 * @property {number} samples
 * @property {number} torn those that are marked
 * @property {number} impossible those with a pair of caller and callee, or a root, that cannot be
 * @property {number} misplaced those without one, but with a caller at a line from which it does not call that
 * @property {number} unmarked those of both that are not marked as torn
 * @property {Map<string, number>} examples the pairs, "caller:line → callee", by samples
 */

/**
 * @param {readonly { frames: readonly CodeFrame[], count: number, torn: boolean }[]} samples
 * @param {readonly Edge[]} edges
 * @returns {CallCounts}
 */
export function countCalls(samples, edges) {
  const pairs = new Set(edges.map(([caller, , callee]) => `${caller} → ${callee}`));
  const lines = new Set(edges.map(([caller, line, callee]) => `${caller}:${line} → ${callee}`));
  /** @type {CallCounts} */
  const counts = { samples: 0, torn: 0, impossible: 0, misplaced: 0, unmarked: 0, examples: new Map() };
  for (const { frames, count, torn } of samples) {
    counts.samples += count;
    if (torn) counts.torn += count;
    let [isImpossible, isMisplaced] = [false, false];
    /** @type {CodeFrame | null} */
    let caller = null;
    for (const frame of frames) {
      if (frame.function.kind === task) continue;
      const [from, to] = [caller && place(caller), place(frame)];
      if (frame.function.kind !== marker && caller?.function.kind !== marker) {
        const line = caller?.line ?? 0;
        const isKnown = lines.has(`${from}:${line} → ${to}`) || lines.has(`${from}:0 → ${to}`);
        if (!pairs.has(`${from} → ${to}`)) isImpossible = true;
        else if (!isKnown) isMisplaced = true;
        if (!isKnown) {
          const text = `${torn ? '(marked) ' : ''}${from}:${line} → ${to}`;
          counts.examples.set(text, (counts.examples.get(text) ?? 0) + count);
        }
      }
      caller = frame;
    }
    if (isImpossible) counts.impossible += count;
    else if (isMisplaced) counts.misplaced += count;
    if (!torn && (isImpossible || isMisplaced)) counts.unmarked += count;
  }
  return counts;
}

/** @param {CodeFrame} frame @returns {Place} */
function place({ function: { name, file, firstLine } }) {
  return [name, file, firstLine];
}
