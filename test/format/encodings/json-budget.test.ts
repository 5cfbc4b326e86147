/** Values of JSON are counted before any is made; what is counted is what JSON.parse makes. */
import { describe, expect, test } from 'vitest';
import { JsonBudget } from '../../../src/format/encodings/json-budget.js';
import { JsonFields } from '../../../src/format/encodings/json-fields.js';
import { createRandom } from '../random.js';

const take = (text: string, most?: number) => new JsonBudget(most).take(Buffer.from(text));

/** By the rule: eight for a container, one for each value in it but the first. */
function unitsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value);
  return 8 + Math.max(0, items.length - 1) + items.reduce((sum: number, item) => sum + unitsOf(item), 0);
}

test('values are counted as they are, whatever texts have in them', () => {
  const random = createRandom(7);
  const texts = ['', ',', '[{,', '\\', '"', '\\"', '\\\\",[', 'a"b', '\u2028,', 'é{', ']}'];
  const make = (depth: number): unknown => {
    const kind = depth > 5 ? random() * 0.4 : random();
    if (kind < 0.2) return texts[Math.floor(random() * texts.length)];
    if (kind < 0.4) return [1, -2.5e-7, true, null][Math.floor(random() * 4)];
    const items = Array.from({ length: Math.floor(random() * 5) }, () => make(depth + 1));
    if (kind < 0.7) return items;
    return Object.fromEntries(
      items.map((item, at) => [`${texts[Math.floor(random() * texts.length)]}${at}`, item]),
    );
  };
  for (let round = 0; round < 300; round++) {
    const value = [make(0), make(0)];
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, round % 4)]) {
      expect(take(text, unitsOf(value)), text).toBeNull();
      expect(take(text, unitsOf(value) - 1), text).toBe('more values than there is memory for');
    }
  }
});

test('texts of one file are counted together', () => {
  const budget = new JsonBudget(25);
  expect(budget.take(Buffer.from('[1,2]'))).toBeNull();
  expect(budget.take(Buffer.from('[1,2]'))).toBeNull();
  expect(budget.take(Buffer.from('[1,2]'))).toBe('more values than there is memory for');
});

test('names of fields are counted once each', () => {
  const object = (count: number, from = 0) =>
    `{${Array.from({ length: count }, (_, at) => `"${from + at}" : 1`).join(',')}}`;
  expect(take(`[${Array.from({ length: 300_000 }, () => '{"name":1,"ts" :2}').join(',')}]`)).toBeNull();
  expect(take(object(900_000))).toBeNull();
  expect(take(object(1_200_000))).toBe('over 1000000 names of fields');
  // Texts that are no names are not.
  expect(take(`[${object(1_200_000).slice(1, -1).replaceAll(' : 1', '')}]`)).toBeNull();
});

test('what is no JSON ends', () => {
  for (const text of ['', '"', '"\\', '"a', '}}}}]]]', ',,,', '["', '{"a":', '\\"', '"a" '])
    expect(take(text)).toBeNull();
});

describe('a file of', () => {
  const read = (text: string) => new JsonFields(Buffer.from(text), 'x', 'a file').root;

  test.each([
    ['lists in lists', '['.repeat(20_000_000), /lists in lists, over 1000 deep/],
    ['objects in objects', '{"a":'.repeat(4_000_000), /lists in lists, over 1000 deep/],
    ['empty objects', `[${'{},'.repeat(18_000_000)}{}]`, /more values than there is memory for/],
    ['empty lists', `[${'[],'.repeat(18_000_000)}[]]`, /more values than there is memory for/],
  ])('%s without end is refused in one sentence, before its values are made', (_, text, message) => {
    const before = process.memoryUsage().heapUsed;
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(/^x has more than can be imported: /);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
  });

  test('a thousand lists in each other, and other values as they are, is read', () => {
    expect(read(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)).toBeInstanceOf(Array);
    expect(read('{"a":[1,"b",null,{"c":true}]}')).toEqual({ a: [1, 'b', null, { c: true }] });
    expect(() => read('{"a":')).toThrow(/cannot import x: it is no JSON/);
  });
});
