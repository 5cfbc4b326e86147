/** Colours for the terminal, and text from the target that cannot command it. */
import { escapeText } from './text.js';

/** Text with every control character, ANSI escape, bidi control, tab and newline as a visible escape (\x1b, \u202e). */
export function escapeTerminal(text: string): string {
  return escapeText(text);
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
