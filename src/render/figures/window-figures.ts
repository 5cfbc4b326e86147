/** What a selection comes to: the sums of its window, made once and drawn in several ways. */
import type { Look } from '../drawing/frames.js';
import {
  type FunctionTime,
  type LineTime,
  MergedCalls,
  sumCalls,
  sumFunctions,
  sumLines,
} from './call-sums.js';
import { type FileLine, sumFileLines } from './file-lines.js';
import { flameFrames, type PageFrames, turnRound } from './flame-frames.js';
import { looksOf, type Palette, rootLook } from './palette.js';
import type { Recording } from './recording.js';
import { sandwichOf } from './sandwich.js';
import type { Selection } from './selection.js';

export class WindowFigures {
  readonly #recording: Recording;
  /** By kind of label, once it is needed: merging takes longer than summing up. */
  readonly #merged = new Map<string, MergedCalls>();
  #calls = new Float64Array();
  #key = '';

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Sums up a window; what was summed up last is not summed up again. */
  choose({ window, states, lane, cpu }: Selection): void {
    const key = JSON.stringify([window, states, lane, cpu]);
    if (key === this.#key) return;
    this.#key = key;
    this.#calls = sumCalls(this.#recording, { window, states, lane, cpu }) as Float64Array<ArrayBuffer>;
  }

  /** Time that counts, in µs. */
  get allUs(): number {
    return this.#calls.reduce((sum, us) => sum + us, 0);
  }

  frames({ lines, mine, inverted }: Selection, palette: Palette): PageFrames {
    const calls = this.#mergedBy({ lines, mine });
    const selfs = calls.selfs(this.#calls);
    const tree = inverted ? turnRound(this.#recording, calls, selfs, true) : { ...calls, selfs };
    return flameFrames(this.#recording, tree, { ...this.#looks(palette), hasLines: lines, root: -1 });
  }

  /** Flame graphs of who called a function and of what it called, in which it is the root. @param of its index */
  sandwich(
    { lines, mine }: Pick<Selection, 'lines' | 'mine'>,
    palette: Palette,
    of: number,
  ): { readonly callers: PageFrames; readonly callees: PageFrames } {
    const calls = this.#mergedBy({ lines, mine });
    const trees = sandwichOf(this.#recording, calls, calls.selfs(this.#calls), { of, hasLines: lines });
    const options = { ...this.#looks(palette), hasLines: lines, root: of };
    return {
      callers: flameFrames(this.#recording, trees.callers, options),
      callees: flameFrames(this.#recording, trees.callees, options),
    };
  }

  #looks(palette: Palette): { readonly lookOf: (at: number) => Look; readonly rootLook: Look } {
    return { lookOf: looksOf(this.#recording, palette), rootLook: rootLook(palette.isDark) };
  }

  functions({ mine }: Pick<Selection, 'mine'>): FunctionTime[] {
    const calls = this.#mergedBy({ lines: false, mine });
    return sumFunctions(calls, calls.selfs(this.#calls), this.#recording.functions.length);
  }

  /** @param of index of the function */
  linesOf(of: number, { mine }: Pick<Selection, 'mine'>): LineTime[] {
    const calls = this.#mergedBy({ lines: true, mine });
    return sumLines(this.#recording, calls, calls.selfs(this.#calls), of);
  }

  /** @param file as functions have it */
  fileLines(file: string, { mine }: Pick<Selection, 'mine'>): FileLine[] {
    const calls = this.#mergedBy({ lines: true, mine });
    return sumFileLines(this.#recording, calls, calls.selfs(this.#calls), file);
  }

  #mergedBy(by: { readonly lines: boolean; readonly mine: boolean }): MergedCalls {
    const key = JSON.stringify([by.lines, by.mine]);
    let merged = this.#merged.get(key);
    if (merged === undefined) {
      merged = new MergedCalls(this.#recording, by);
      this.#merged.set(key, merged);
    }
    return merged;
  }
}
