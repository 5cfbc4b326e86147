/** Colours for the terminal, and text from the target that cannot command it. */
import { escapeText } from '../words/text.js';

/** Text with every control character, ANSI escape, bidi control, tab and newline as a visible escape (\x1b, \u202e). */
export function escapeTerminal(text: string): string {
  return escapeText(text);
}

/**
 * A whole result for a terminal: what a terminal obeys or shows in another order and is none of our own styles (C1 controls,
 * bidi controls, invisible format characters) as \u009b. In JSON that is the same text.
 */
export function calmTerminal(text: string): string {
  return text.replace(/[\x7f-\x9f\p{Cf}\u2028\u2029]/gu, (found) =>
    Array.from(
      { length: found.length },
      (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/**
 * In the log of a CI job, text from a trace must not be what GitHub's runner takes for a command: "::" at a line's
 * beginning, and "##[" anywhere.
 */
export function disarm(text: string): string {
  return text.replaceAll('##[', String.raw`##\x5b`).replace(/^(\s*)::/gm, String.raw`$1\x3a:`);
}

export interface TerminalStyle {
  bold(text: string): string;
  dim(text: string): string;
  inverse(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
}

/** Style functions that colour, or return text as it is. Whether to colour (NO_COLOR, a terminal) is the caller's to say. */
export function createStyle(colour: boolean): TerminalStyle {
  const paint = (on: number, off: number) => (text: string) =>
    colour && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    inverse: paint(7, 27),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  };
}
