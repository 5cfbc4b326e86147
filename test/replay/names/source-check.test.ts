/** Whether a text is the source of what was recorded. */
import { expect, test } from 'vitest';
import { findMisfit } from '../../../src/replay/names/source-check.js';

const lines = [
  'import json', // 1
  '',
  '@cached(', // 3
  '    size=10,',
  ')',
  'def load(path):',
  '    return json.load(open(path))', // 7
  '',
  'class Cart:', // 9
  '    async def total_of(self):',
  '        return [x for x in self]', // 11
];
const code = (name: string, firstLine: number) => ({ name, firstLine });

test('functions begin where they began, at their decorators', () => {
  expect(findMisfit(lines, [code('load', 3), code('Cart', 9), code('total_of', 10)], [7, 11])).toBeNull();
  expect(findMisfit(lines, [code('load', 6)], [])).toBeNull();
  expect(findMisfit(lines, [code('load', 4)], [])).toBe('load does not begin at line 4 there');
  expect(findMisfit(lines, [code('total', 10)], [])).toBe('total does not begin at line 10 there');
  expect(findMisfit(lines, [code('Cart', 99)], [])).toBe('Cart does not begin at line 99 there');
});

test('what has no name in the text, or no line, is not looked for', () => {
  const nameless = [code('<module>', 1), code('<listcomp>', 99), code('<lambda>', 99), code('load', 0)];
  expect(findMisfit(lines, nameless, [0])).toBeNull();
  // A name of a hostile trace is no expression.
  expect(findMisfit(lines, [code('(load)+$', 99)], [])).toBeNull();
});

test('no instruction is on an empty line, or behind the end', () => {
  expect(findMisfit(lines, [], [7, 8])).toBe('there is no code at line 8 there');
  expect(findMisfit(lines, [], [12])).toBe('there is no code at line 12 there');
});
