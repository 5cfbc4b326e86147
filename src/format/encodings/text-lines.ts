/** Files of lines, which may be larger than a text can be. */
import { cannotImport } from './import-fault.js';

const newLine = 0x0a;

/** Longer lines than this are damage: a stack of the deepest has less. */
const longestLine = 1 << 27;

/**
 * Lines without their ends, one at a time, with their numbers from 1 on.
 * @param path what the file is called in errors
 * @throws PyspyError of kind "trace" at a line that has no end
 */
export function* numberedLines(file: Uint8Array, path: string): Generator<readonly [number, string], void> {
  let number = 0;
  for (let from = 0; from < file.length; ) {
    const end = file.indexOf(newLine, from);
    const to = end < 0 ? file.length : end;
    number++;
    if (to - from > longestLine) throw cannotImport(path, `line ${number} has no end`);
    yield [number, Buffer.from(file.buffer, file.byteOffset + from, to - from).toString('utf8')];
    from = to + 1;
  }
}

/** The first lines, for a look at what it is. */
export function firstLines(file: Uint8Array): string[] {
  return Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 1 << 20))
    .toString('utf8')
    .split('\n');
}

/** What is before the whole number at the end of a line, and that number as digits; null where there is none behind a blank. */
export function splitCount(line: string): { readonly text: string; readonly digits: string } | null {
  const whole = line.trimEnd();
  let from = whole.length;
  while (from > 0 && isDigit(whole.charCodeAt(from - 1))) from--;
  const text = whole.slice(0, from).trimEnd();
  return from === whole.length || text.length === from ? null : { text, digits: whole.slice(from) };
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** A line as errors quote it. */
export function quoteLine(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
