/** Judges stacks of a program that says which whole stacks it has. Frames of other code, such as threading's, do not count. */

/** @typedef {import('./formats/folded.js').Sample} Sample */

/** A frame that stands for those that are not certain: of what lies on both sides of it neither called the other. */
const marker = '<torn>';

/**
 * @typedef {object} Judge
 * @property {(names: readonly string[]) => string[]} own the program's own functions of a stack
 * @property {(names: readonly string[]) => boolean} isPossible
 * @property {(stacks: readonly (readonly string[])[]) => boolean} isComplete whether all threads are there and where they
 *   belong: each outermost function is seen, and every stack can be
 */

/**
 * A stack can be if the program's own functions in it, from the outermost on, are the beginning of a whole stack. One
 * that shows none of them is cut short, and impossible, too: threads of these programs are never outside of them. Where a
 * marker stands for frames, what is outside of it must be such a beginning, if there is any, and what is inside a part.
 * @param {readonly (readonly string[])[]} wholeStacks outermost first
 * @returns {Judge}
 */
export function createJudge(wholeStacks) {
  const vocabulary = new Set(wholeStacks.flat());
  const possible = new Set();
  const parts = new Set(['']);
  for (const stack of wholeStacks)
    for (let from = 0; from < stack.length; from++)
      for (let to = from + 1; to <= stack.length; to++) {
        const part = stack.slice(from, to).join(';');
        parts.add(part);
        if (from === 0) possible.add(part);
      }
  const own = (/** @type {readonly string[]} */ names) =>
    names.map((name) => name.slice(name.lastIndexOf('.') + 1)).filter((name) => vocabulary.has(name));
  const isPossible = (/** @type {readonly string[]} */ names) => {
    const at = names.indexOf(marker);
    if (at < 0) return possible.has(own(names).join(';'));
    const [outer, inner] = [own(names.slice(0, at)).join(';'), own(names.slice(at + 1)).join(';')];
    return (outer === '' || possible.has(outer)) && parts.has(inner);
  };
  const roots = new Set(wholeStacks.map((stack) => stack[0]));
  return {
    own,
    isPossible,
    isComplete: (stacks) =>
      stacks.every(isPossible) && new Set(stacks.map((names) => own(names)[0])).size === roots.size,
  };
}

/**
 * How often each function was the innermost of the program's own.
 * @param {readonly Sample[]} samples
 * @param {Judge} judge
 */
export function leafCounts(samples, judge) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { names, count } of samples) {
    const leaf = judge.own(names).at(-1) ?? '';
    counts.set(leaf, (counts.get(leaf) ?? 0) + count);
  }
  return counts;
}
