/** What a selection comes to: the sums of its window, made once and drawn in several ways. */
import type { Look } from '../drawing/frames.js';
import {
  type Chosen,
  type FunctionTime,
  type LineTime,
  type MergedBy,
  MergedCalls,
  sumCalls,
  sumFunctions,
  sumLines,
} from './call-sums.js';
import { type FileLine, sumFileLines } from './file-lines.js';
import { flameFrames, type PageFrames, turnRound } from './flame-frames.js';
import { looksOf, type Palette, rootLook } from './palette.js';
import type { Recording } from './recording.js';
import { hasRoots, type LabelledCalls, type Roots, rootCalls } from './rooted-calls.js';
import { sandwichOf } from './sandwich.js';
import { firstSelection, type Selection } from './selection.js';

export class WindowFigures {
  readonly #recording: Recording;
  /** By kind of label, once it is needed: merging takes longer than summing up. */
  readonly #merged = new Map<string, MergedCalls>();
  #calls = new Float64Array();
  #chosen: Chosen = firstSelection;
  #key = '';

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Sums up a window; what was summed up last is not summed up again. */
  choose({ window, states, lane, task, cpu }: Selection): void {
    const key = JSON.stringify([window, states, lane, task, cpu]);
    if (key === this.#key) return;
    this.#key = key;
    this.#chosen = { window, states, lane, task, cpu };
    this.#calls = sumCalls(this.#recording, this.#chosen) as Float64Array<ArrayBuffer>;
  }

  /** Time that counts, in µs. */
  get allUs(): number {
    return this.#calls.reduce((sum, us) => sum + us, 0);
  }

  frames(selection: Selection, palette: Palette): PageFrames {
    const { lines, inverted } = selection;
    const calls = this.#underRoots(selection);
    const tree = inverted ? turnRound(this.#recording, calls, calls.selfs, true) : calls;
    return flameFrames(this.#recording, tree, { ...this.#looks(palette), hasLines: lines, root: -1 });
  }

  /** Flame graphs of who called a function and of what it called, in which it is the root. @param of its index */
  sandwich(
    selection: MergedBy & Roots,
    palette: Palette,
    of: number,
  ): { readonly callers: PageFrames; readonly callees: PageFrames } {
    const { lines } = selection;
    const calls = this.#underRoots(selection);
    const trees = sandwichOf(this.#recording, calls, calls.selfs, { of, hasLines: lines });
    const options = { ...this.#looks(palette), hasLines: lines, root: of };
    return {
      callers: flameFrames(this.#recording, trees.callers, options),
      callees: flameFrames(this.#recording, trees.callees, options),
    };
  }

  #looks(palette: Palette): { readonly lookOf: (at: number) => Look; readonly rootLook: Look } {
    return { lookOf: looksOf(this.#recording, palette), rootLook: rootLook(palette.isDark) };
  }

  functions({ mine, native }: Omit<MergedBy, 'lines'>): FunctionTime[] {
    const calls = this.#mergedBy({ lines: false, mine, native });
    return sumFunctions(calls, calls.selfs(this.#calls), this.#recording.functions.length);
  }

  /** @param of index of the function */
  linesOf(of: number, { mine, native }: Omit<MergedBy, 'lines'>): LineTime[] {
    const calls = this.#mergedBy({ lines: true, mine, native });
    return sumLines(this.#recording, calls, calls.selfs(this.#calls), of);
  }

  /** @param file as functions have it */
  fileLines(file: string, { mine, native }: Omit<MergedBy, 'lines'>): FileLine[] {
    const calls = this.#mergedBy({ lines: true, mine, native });
    return sumFileLines(this.#recording, calls, calls.selfs(this.#calls), file);
  }

  /** What graphs are made of. */
  #underRoots(selection: MergedBy & Roots): LabelledCalls {
    const merged = this.#mergedBy(selection);
    if (hasRoots(selection)) return rootCalls(this.#recording, merged, this.#chosen, selection);
    return { ...merged, selfs: merged.selfs(this.#calls) };
  }

  #mergedBy(by: MergedBy): MergedCalls {
    const key = JSON.stringify([by.lines, by.mine, by.native]);
    let merged = this.#merged.get(key);
    if (merged === undefined) {
      merged = new MergedCalls(this.#recording, by);
      this.#merged.set(key, merged);
    }
    return merged;
  }
}
