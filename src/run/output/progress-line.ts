/** The line that shows how a recording, or other long work, goes; on a terminal only. */

import type { Session } from '../../record/session/session.js';
import { escapeTerminal } from '../../render/terminal/terminal.js';
import { counted } from '../../render/words/text-numbers.js';
import { tell } from './notes.js';

const everyMs = 250;
/** How long work may go on before signals are handled, in ms. */
const pauseEveryMs = 50;

/** Shows how a recording goes, and of what, until `end` is called; nothing where stderr is no terminal, or in CI. */
export function startProgress(session: Session, what: string, durationNs: number | null): ProgressLine {
  return startLine(() => {
    const { elapsedNs, ticks, samples, missed, failed, torn, threads, processes } = session.progress;
    const seconds = elapsedNs / 1e9;
    const of = durationNs === null ? '' : ` of ${(durationNs / 1e9).toFixed(0)} s`;
    const rate = seconds > 0 ? (ticks / seconds).toFixed(0) : '0';
    return [
      `recording ${what}: ${seconds.toFixed(1)} s${of}`,
      counted(samples, 'sample'),
      `${rate} Hz`,
      `${missed} missed`,
      counted(failed + torn, 'error'),
      counted(threads, 'thread') + (processes !== 1 ? ` in ${processes} processes` : ''),
      'Ctrl-C ends it',
    ].join(', ');
  });
}

export interface WorkProgress extends ProgressLine {
  /**
   * Takes note of the share that is done, 0 to 1. From time to time it lets the line be drawn and signals be heard:
   * work that takes long calls it for each piece.
   */
  report(share: number): Promise<void> | void;
}

/** Shows how far a piece of work has come, in the same way. */
export function startWorkProgress(what: string): WorkProgress {
  let share = 0;
  let pausedAt = Date.now();
  const line = startLine(() => `${what}: ${Math.floor(share * 100)} %, Ctrl-C stops it`);
  return {
    ...line,
    report: (now) => {
      share = now;
      if (Date.now() - pausedAt < pauseEveryMs) return;
      return new Promise((resolve) =>
        setImmediate(() => {
          pausedAt = Date.now();
          resolve();
        }),
      );
    },
  };
}

interface ProgressLine {
  /** Writes a line of text above the progress. */
  note(text: string): void;
  end(): void;
}

function startLine(describe: () => string): ProgressLine {
  if (!process.stderr.isTTY || process.env.CI || process.env.TERM === 'dumb')
    return { note: tell, end: () => {} };
  const clear = '\r\x1b[2K';
  let isOver = false;
  const timer = setInterval(() => {
    process.stderr.write(
      `${clear}${escapeTerminal(describe()).slice(0, (process.stderr.columns || 80) - 1)}`,
    );
  }, everyMs);
  return {
    note: (text) => {
      if (!isOver) process.stderr.write(clear);
      tell(text);
    },
    end: () => {
      // A second end would wipe what others have written since.
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      process.stderr.write(clear);
    },
  };
}
