/**
 * Folded stacks as the profilers write them, one stack a line with a count or a time at its end. Each gives the
 * thread another way; all come out as the same kind of sample.
 */

/**
 * @typedef {object} Sample
 * @property {string} thread some name of the thread, unique in the file
 * @property {string[]} names functions, outermost first
 * @property {number} count samples with this stack
 * @property {boolean} torn whether the profiler itself says that the stack cannot be trusted
 */

/** A line without its last word, and that word as a number; null where the line is none. @param {string} line */
function split(line) {
  const at = line.lastIndexOf(' ');
  const value = Number(line.slice(at + 1));
  if (at <= 0 || line.startsWith('#') || !Number.isFinite(value)) return null;
  return { frames: line.slice(0, at).split(';'), value };
}

/**
 * py-spy's `--format raw --threads`: `thread (0x7f…): name;function (file:line);… count`.
 * @param {string} text
 * @returns {Sample[]}
 */
export function parsePySpy(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const found = split(line);
    if (found === null) continue;
    const hasThread = /^thread \(/.test(found.frames[0] ?? '');
    const frames = hasThread ? found.frames.slice(1) : found.frames;
    samples.push({
      thread: hasThread ? /** @type {string} */ (found.frames[0]) : '',
      names: frames.map(first),
      count: found.value,
      torn: false,
    });
  }
  return samples;
}

/**
 * Austin's text: `P123;T0:456;file:function:line;… microseconds`, a line for each sample.
 * @param {string} text
 * @returns {Sample[]}
 */
export function parseAustin(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const found = split(line);
    if (found === null || !/^P\d+$/.test(found.frames[0] ?? '')) continue;
    const frames = found.frames.slice(2);
    samples.push({
      thread: found.frames[1] ?? '',
      names: frames.filter((frame) => !/^:[A-Z]+:$/.test(frame)).map(middle),
      count: 1,
      torn: frames.includes(':INVALID:'),
    });
  }
  return samples;
}

/**
 * CPython's own profiler, `--collapsed`: `tid:123;file:function:line;… count`.
 * @param {string} text
 * @returns {Sample[]}
 */
export function parseTachyon(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const found = split(line);
    if (found === null || !/^tid:\d+$/.test(found.frames[0] ?? '')) continue;
    samples.push({
      thread: /** @type {string} */ (found.frames[0]),
      names: found.frames.slice(1).map(middle),
      count: found.value,
      torn: false,
    });
  }
  return samples;
}

/** The function of `function (file:line)`; file names may hold parentheses, names do not. @param {string} frame */
function first(frame) {
  const at = frame.indexOf(' (');
  return at < 0 ? frame : frame.slice(0, at);
}

/** The function of `file:function:line`; file names may hold colons, names do not. @param {string} frame */
function middle(frame) {
  return /:([^:]*):\d*$/.exec(frame)?.[1] ?? frame;
}

/** Samples of the thread that has most: how often the profiler looked. @param {readonly Sample[]} samples */
export function countTicks(samples) {
  /** @type {Map<string, number>} */
  const byThread = new Map();
  for (const { thread, count } of samples) byThread.set(thread, (byThread.get(thread) ?? 0) + count);
  return Math.max(0, ...byThread.values());
}
