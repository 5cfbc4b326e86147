/** The stretch of a recording that is asked for, which stays where it is while pieces of it are sent. */
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { readTimePoint } from '../../replay/window/time-point.js';
import { resolveWindow, type Window } from '../../replay/window/window.js';
import type { AskedWindow } from '../replay/chosen-samples.js';

interface Asked {
  readonly window: AskedWindow;
  /** Whether more is waited for. */
  readonly follows: boolean;
}

/** What --from and --until came to when the recording was first looked at: "-10s" is not to move with its end. */
export class Stretch {
  readonly #asked: Asked;
  #fixed: AskedWindow | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /**
   * @param isOpen whether more may be recorded
   * @returns what is there of it by now; a sentence where it may come later
   * @throws PyspyError as resolveWindow does
   */
  resolve(reader: TraceReader, isOpen: boolean): Window | string {
    const { window: asked, follows } = this.#asked;
    const { from, to } = this.#fixed ?? asked;
    let window: Window;
    try {
      window = resolveWindow(reader, from, to, { from: '--from', to: '--until' });
    } catch (error) {
      const mayCome = isOpen && this.#fixed === null;
      if (!mayCome || !(error instanceof PyspyError) || error.kind !== 'usage') throw error;
      return error.message;
    }
    // What is recorded meanwhile is for --follow: without it there would be no end.
    const isFixed = reader.hasTimes() && window.fromNs < window.toNs;
    if (this.#fixed === null && isFixed)
      this.#fixed = follows
        ? { from: asked.from === undefined ? undefined : `${window.fromNs}ns`, to: asked.to }
        : { from: `${window.fromNs}ns`, to: `${window.toNs}ns` };
    return window;
  }
}

/** @throws PyspyError of kind "usage" for an end that a recording that goes on does not have */
export function checkStretch({ window: { to }, follows }: Asked): void {
  if (!follows || to === undefined) return;
  const kind = readTimePoint(to.trim())?.kind;
  if (kind === 'from-end' || kind === 'share')
    throw new PyspyError(
      'usage',
      `--until ${to} is counted from the end, which a recording that --follow waits for has not got yet`,
      { hint: 'Count from the beginning, give a time of day or a mark, or leave it out.' },
    );
}
