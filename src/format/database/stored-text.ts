/** Texts as they are stored: no longer than a reader takes, and what is cut off is marked. */
import { maxTextBytes } from './column.js';

const mark = '…';

/** UTF-8 of at most `maxTextBytes` bytes; lone surrogates, which UTF-8 does not have, are U+FFFD. */
export function storedText(text: string): string {
  return cut(text.toWellFormed(), maxTextBytes);
}

/**
 * A command line as a JSON array of strings. Where it is too long for a text, the word that has no room ends in "…", and so
 * does the list where words are left out.
 */
export function storedCommand(words: readonly string[]): string {
  const whole = JSON.stringify(words.map((word) => word.toWellFormed()));
  if (Buffer.byteLength(whole) <= maxTextBytes) return whole;
  // Brackets, and a last word that says that there were more.
  let room = maxTextBytes - '["…"]'.length * 2;
  const kept: string[] = [];
  for (const word of words) {
    const fitting = cutQuoted(word.toWellFormed(), room - 1);
    room -= Buffer.byteLength(JSON.stringify(fitting)) + 1;
    if (fitting !== mark) kept.push(fitting);
    if (fitting.length < word.length || room < 10) break;
  }
  return JSON.stringify(kept.length < words.length ? [...kept, mark] : kept);
}

/** At most `bytes` bytes in UTF-8. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const utf8 = Buffer.from(text);
  let end = Math.max(0, bytes - Buffer.byteLength(mark));
  // Not within a character.
  while (end > 0 && (utf8[end]! & 0xc0) === 0x80) end--;
  return utf8.toString('utf8', 0, end) + mark;
}

/** At most `bytes` bytes as a string in JSON, where a character may take six. */
function cutQuoted(text: string, bytes: number): string {
  let fitting = text;
  for (let limit = bytes - 2; Buffer.byteLength(JSON.stringify(fitting)) > bytes && limit > 0; limit >>= 1)
    fitting = cut(text, limit);
  return Buffer.byteLength(JSON.stringify(fitting)) > bytes ? mark : fitting;
}
