/**
 * Runs of Python frames: what one call of the evaluation loop runs. By address it is known which native frame that call is: the
 * interpreter keeps a structure of each run on the C stack, or holds the frame's address in a register.
 */
import type { Layout } from '../layouts/layout.js';
import type { EvaluationLoop } from './evaluation-loop.js';
import type { NativeFrame, NativeStack } from './native-stack.js';
import type { PythonRun, Sides } from './sides.js';

/**
 * Runs, innermost first. Where native frames could not be followed to the thread's start, the outermost runs are missing.
 * @returns null where not every Python frame has its place that can have one
 */
export function findRuns(sides: Sides, layout: Layout, loop: EvaluationLoop): PythonRun[] | null {
  if (layout.frame.isObject) return loop.runs(sides);
  return layout.frame.isEntry === null ? runsByShims(sides, layout) : runsByCFrames(sides, layout);
}

/**
 * From 3.12 on the outermost frame of a run is called by one of the interpreter's own, which stands on the C stack
 * (`entry_frame`, Python/ceval.c). 3.15 has one more, in the thread state, which runs nothing.
 */
function runsByShims({ stack, native, copy }: Sides, layout: Layout): PythonRun[] | null {
  const runs: PythonRun[] = [];
  const finder = new FrameFinder(native);
  let shown = 0;
  let from = 0;
  for (let i = 0; i < stack.met; i++) {
    const address = stack.address[i]!;
    if (shown < stack.depth && stack.place[shown] === i) {
      shown++;
      continue;
    }
    if (!(address >= copy.start && address < copy.end)) continue;
    const isCut = stack.truncated && shown === stack.cut;
    // The frame, as the copy has it, must have been called by what was walked behind it.
    const caller = i + 1 < stack.met ? stack.address[i + 1]! : 0;
    if (!isCut && copy.load(address + layout.frame.previous) !== caller) return null;
    const index = finder.find(address);
    if (index === null) return finder.isBeyond(address) ? runs : null;
    runs.push({ from, to: shown, native: index });
    from = shown;
  }
  return from === stack.depth || native.end !== 'start' ? runs : null;
}

/** 3.11 has a `_PyCFrame` on the C stack, which names the newest frame of its run (Include/cpython/pystate.h). */
function runsByCFrames({ stack, native, copy, newest }: Sides, layout: Layout): PythonRun[] | null {
  const runs: PythonRun[] = [];
  const finder = new FrameFinder(native);
  const toFrame = layout.thread.viaCFrame!;
  const isCopied = (address: number): boolean => address >= copy.start && address < copy.end;
  let from = 0;
  let at = newest;
  if (isCopied(at) && copy.load(at + toFrame) !== stack.address[0]) return null;
  while (isCopied(at)) {
    const index = finder.find(at);
    const previous = copy.load(at + toFrame + 8);
    if (index === null) return finder.isBeyond(at) ? runs : null;
    // That of the thread state itself is not on the stack: nothing called the outermost run.
    const isOutermost = !isCopied(previous) && native.end === 'start';
    if (!isCopied(previous) && !isOutermost) return runs;
    const next = isOutermost ? 0 : copy.load(previous + toFrame);
    let to = isOutermost ? stack.depth : from;
    while (to < stack.depth && stack.address[stack.place[to]!] !== next) to++;
    if (!isOutermost && (to === stack.depth || previous <= at)) return null;
    runs.push({ from, to, native: index });
    from = to;
    at = previous;
  }
  return from === stack.depth ? runs : null;
}

/** Finds native frames by addresses in them, which rise. */
class FrameFinder {
  readonly #frames: readonly NativeFrame[];
  /** From where on frames are not known; infinite where all are. */
  readonly #limit: number;
  #next = 0;

  constructor({ frames, end }: NativeStack) {
    this.#frames = frames;
    this.#limit = end === 'start' ? Number.POSITIVE_INFINITY : (frames.at(-1)?.low ?? 0);
  }

  isBeyond(address: number): boolean {
    return address >= this.#limit;
  }

  /** Index of the frame that an address lies in, beyond those that were found before; null where there is none. */
  find(address: number): number | null {
    for (; this.#next < this.#frames.length; this.#next++) {
      const { low, end } = this.#frames[this.#next]!;
      if (address >= low && address < end) return this.#next++;
    }
    return null;
  }
}
