/**
 * Line tables of code objects: from bytes to ranges of instructions. Pure functions; three encodings:
 * co_lnotab up to 3.9 (unsigned up to 3.5) and co_linetable of 3.10 (Objects/lnotab_notes.txt), locations from 3.11
 * (Objects/locations.md). Positions are byte offsets into the bytecode.
 */
import type { LineTableTrait } from '../layouts/layout.js';

/** Instructions from `starts[i]` up to `starts[i + 1]` (the last: up to `end`) belong to `lines[i]`; 0 is no line. */
export interface LineRanges {
  readonly starts: Int32Array;
  readonly lines: Int32Array;
  readonly end: number;
}

class RangeBuilder {
  readonly #starts: Int32Array;
  readonly #lines: Int32Array;
  #count = 0;

  /** @param most entries that come */
  constructor(most: number) {
    this.#starts = new Int32Array(most);
    this.#lines = new Int32Array(most);
  }

  add(start: number, line: number): void {
    this.#starts[this.#count] = start;
    // A table that is freed memory by now can say anything; a trace holds lines from 1 to 2^31 - 1.
    this.#lines[this.#count++] = line > 0 && line <= 0x7fff_ffff ? line : 0;
  }

  build(end: number): LineRanges {
    const { length } = this.#starts;
    // What was not needed is given back.
    const fitted = (all: Int32Array): Int32Array => (this.#count < length ? all.slice(0, this.#count) : all);
    return { starts: fitted(this.#starts), lines: fitted(this.#lines), end };
  }
}

const decoders: Readonly<Record<LineTableTrait, (table: Uint8Array, firstLine: number) => LineRanges>> = {
  'unsigned-lnotab': (table, firstLine) => decodeLnotab(table, firstLine, 0),
  lnotab: (table, firstLine) => decodeLnotab(table, firstLine, 24),
  linetable: decodeLineTable,
  locations: decodeLocations,
};

/** Decodes a whole table; bytes that make no sense give wrong lines at worst, never a fault. */
export function decodeLines(trait: LineTableTrait, table: Uint8Array, firstLine: number): LineRanges {
  return decoders[trait](table, firstLine);
}

/**
 * @param position byte offset of an instruction; -1 or -2 for a frame that has not begun
 * @param preamble bytes of bytecode that set a frame up: that is done for the "def", and may belong to no line (COPY_FREE_VARS)
 * @returns the line, the function's first line just before the first instruction, or 0 where there is none
 */
export function lineAt(ranges: LineRanges, position: number, firstLine: number, preamble = 0): number {
  if (position < 0) return position < -2 ? 0 : firstLine;
  const { starts, lines, end } = ranges;
  if (position >= end) return 0;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  const line = low === 0 ? firstLine : lines[low - 1]!;
  return line === 0 && position < preamble ? firstLine : line;
}

/**
 * Pairs (instructions, lines); instructions before the first change belong to the first line.
 * @param signBits 24 where the lines are signed bytes, 0 where they are not
 */
function decodeLnotab(table: Uint8Array, firstLine: number, signBits: 0 | 24): LineRanges {
  const ranges = new RangeBuilder(1 + (table.length >>> 1));
  let position = 0;
  let line = firstLine;
  ranges.add(0, line);
  for (let i = 0; i + 1 < table.length; i += 2) {
    position += table[i]!;
    line += (table[i + 1]! << signBits) >> signBits;
    ranges.add(position, line);
  }
  return ranges.build(Number.POSITIVE_INFINITY);
}

/** Pairs (length of the range: unsigned, lines: signed); -128 is a range without a line, and still has its length. */
function decodeLineTable(table: Uint8Array, firstLine: number): LineRanges {
  const ranges = new RangeBuilder(table.length >>> 1);
  let position = 0;
  let line = firstLine;
  for (let i = 0; i + 1 < table.length; i += 2) {
    const change = (table[i + 1]! << 24) >> 24;
    if (change !== -128) line += change;
    ranges.add(position, change === -128 ? 0 : line);
    position += table[i]!;
  }
  return ranges.build(position);
}

/** Entries of one lead byte (1, code:4, length-1:3) and 0 to 6 bytes of location; lengths in units of two bytes. */
function decodeLocations(table: Uint8Array, firstLine: number): LineRanges {
  const ranges = new RangeBuilder(table.length);
  let position = 0;
  let line = firstLine;
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < table.length; shift += 6) {
      const byte = table[at++]!;
      if (shift < 30) value |= (byte & 0x3f) << shift;
      if (!(byte & 0x40)) break;
    }
    return value;
  };
  const signed = (): number => {
    const value = varint();
    return value & 1 ? -(value >>> 1) : value >>> 1;
  };
  while (at < table.length) {
    const lead = table[at++]!;
    const code = (lead >> 3) & 15;
    let known = true;
    if (code <= 9) {
      at += 1; // same line; columns in one more byte
    } else if (code <= 12) {
      line += code - 10;
      at += 2;
    } else if (code === 13) {
      line += signed();
    } else if (code === 14) {
      line += signed();
      varint(); // end line, column, end column
      varint();
      varint();
    } else {
      known = false;
    }
    ranges.add(position, known ? line : 0);
    position += ((lead & 7) + 1) * 2;
  }
  return ranges.build(position);
}
