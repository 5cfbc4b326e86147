/** Columns of numbers as bytes: what goes in comes out, and what is cut off is noticed. */
import { expect, test } from 'vitest';
import { packColumns, unpackColumns } from '../../../src/render/drawing/number-columns.js';
import { createRandom } from '../../format/random.js';

test('what goes in comes out, of any size and sign', () => {
  const random = createRandom(5);
  const columns = [
    [],
    [0],
    [-1, 1, -64, 64, 127, 128, -128],
    [2 ** 31, 2 ** 32 + 1, 2 ** 50, -(2 ** 50), 0],
    Array.from({ length: 70_000 }, () => Math.floor(random() * 2 ** 40) - 2 ** 39),
  ];
  const json = { text: 'ä</script>\u2028', list: [1, null] };
  const unpacked = unpackColumns(packColumns(json, columns));
  expect(unpacked.json).toEqual(json);
  expect(unpacked.columns.map((column) => [...column])).toEqual(
    columns.map((column) => column.map((n) => n + 0)),
  );
});

test('a sorted column costs a byte a number', () => {
  const column = Array.from({ length: 10_000 }, (_, at) => at * 3);
  expect(packColumns(null, [column]).length).toBeLessThan(10_020);
});

test('bytes that end too early are noticed', () => {
  const bytes = packColumns({}, [[1, 2, 3, 100_000]]);
  for (let length = 4; length < bytes.length; length++)
    expect(() => unpackColumns(bytes.subarray(0, length))).toThrow(RangeError);
});
