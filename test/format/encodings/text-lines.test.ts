/** Lines of other programs' files, and what stands in them, however long they are. */
import { describe, expect, test } from 'vitest';
import { numberedLines, splitCount } from '../../../src/format/encodings/text-lines.js';
import { idOf, lineOf } from '../../../src/format/encodings/told-numbers.js';
import { parseFrame } from '../../../src/format/incoming/frame-list.js';
import { createRandom } from '../random.js';

/** Texts of a few pieces, which are those that matter to a parser. */
function texts(pieces: readonly string[], count: number): string[] {
  const random = createRandom(count);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () =>
    Array.from({ length: below(9) }, () => pieces[below(pieces.length)]!).join(''),
  );
}

describe('lines', () => {
  test('have numbers from 1 on, and the last one needs no end', () => {
    expect([...numberedLines(Buffer.from('a\n\nb'), 'x')]).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'b'],
    ]);
    expect([...numberedLines(Buffer.from('a\n'), 'x')]).toEqual([[1, 'a']]);
  });

  test('without an end are refused by number, before they are made a text', () => {
    const file = Buffer.alloc((1 << 27) + 4, 'a');
    file[1] = 0x0a;
    expect(() => [...numberedLines(file, 'x')]).toThrow(/cannot import x: line 2 has no end/);
  });
});

describe('the count at the end of a line', () => {
  test('is what an expression finds there', () => {
    let found = 0;
    for (const text of texts(['a', ' ', '  ', '7', '19', ';', '\t', '\r'], 4_000)) {
      const [, before, digits] = /^(.*?)\s+(\d+)\s*$/s.exec(text) ?? [];
      const counted = splitCount(text);
      expect(counted, JSON.stringify(text)).toEqual(digits === undefined ? null : { text: before, digits });
      if (counted !== null) found++;
    }
    expect(found).toBeGreaterThan(500);
  });

  // An expression took time by the square of the length: minutes for each of these.
  test.each([' ', '1', ' 1', '\t'])(
    'is found in no longer than the line is, with %j all over it',
    (piece) => {
      expect(splitCount(`x${piece.repeat(2_000_000)}y`)).toBeNull();
    },
  );
});

describe('a frame', () => {
  test('is what an expression finds in a text', () => {
    let places = 0;
    for (const text of texts(['f', ' (', '(', ')', ' ', ':', '12', '.py', '\n'], 4_000)) {
      const [, name = '', place = ''] = /^(.*?) \((.*)\)$/s.exec(text) ?? [];
      if (name === '') continue;
      places++;
      const [, file, line] = /^(.*):(\d{1,9})$/s.exec(place) ?? [];
      expect(parseFrame(text), JSON.stringify(text)).toEqual({
        ...{ name, file: file ?? place, line: Number(line ?? 0) },
      });
    }
    expect(places).toBeGreaterThan(50);
  });

  test.each([' (', '.py:', ':', ':1', '<>:'])('of %j all over is found in no longer than it is', (piece) => {
    const text = piece.repeat(500_000);
    expect(parseFrame(`${text}x`).line).toBe(0);
    expect(parseFrame(`x${text})x`).line).toBe(0);
  });
});

describe('numbers', () => {
  const none = [
    0,
    -1,
    0.5,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 31,
    2 ** 53,
    1e300,
    2n ** 31n,
    -1n,
    null,
    {},
  ];

  test('that are no line are 0', () => {
    for (const value of [...none, '7']) expect(lineOf(value), String(value)).toBe(0);
    for (const value of [1, 7n, 2 ** 31 - 1]) expect(lineOf(value)).toBe(Number(value));
  });

  test('that are no id are null', () => {
    for (const value of [...none, '', '0', '-1', '1e3', '0x10', ' 7', '4294967296', '99999999999'])
      expect(idOf(value), String(value)).toBeNull();
    for (const value of [1, 7n, '7', 2 ** 31 - 1]) expect(idOf(value)).toBe(Number(value));
  });
});
