/** What a selection comes to: the sums of its window, made once and drawn in several ways. */
import type { FlameFrames } from '../drawing/frames.js';
import {
  type FunctionTime,
  type LineTime,
  MergedCalls,
  sumCalls,
  sumFunctions,
  sumLines,
} from './call-sums.js';
import { flameFrames } from './flame-frames.js';
import { looksOf, type Palette, rootLook } from './palette.js';
import type { Recording } from './recording.js';
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

  frames({ lines, mine, inverted }: Selection, palette: Palette): FlameFrames {
    const calls = this.#mergedBy({ lines, mine });
    return flameFrames(this.#recording, calls, calls.selfs(this.#calls), {
      inverted,
      hasLines: lines,
      lookOf: looksOf(this.#recording, palette),
      rootLook: rootLook(palette.isDark),
    });
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
