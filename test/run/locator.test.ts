/** Paths in reports: relative to the checkout, with slashes, whatever system wrote them. */
import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { insideOf } from '../../src/run/diff/locator.js';

test('paths of Windows have slashes in reports', () => {
  expect(insideOf('C:\\work\\shop', 'C:\\work\\shop\\lib\\a.py', win32)).toBe('lib/a.py');
  expect(insideOf('C:\\work\\shop', 'c:\\Work\\shop\\a.py', win32)).toBe('a.py');
  for (const path of ['C:\\work', 'C:\\work\\shop', 'D:\\work\\shop\\a.py', '\\\\server\\share\\a.py'])
    expect(insideOf('C:\\work\\shop', path, win32)).toBeNull();
});

test('a backslash in a name of another system stays one', () => {
  expect(insideOf('/shop', '/shop/odd\\name.py', posix)).toBe('odd\\name.py');
  for (const path of ['/shop', '/', '/shopping/a.py']) expect(insideOf('/shop', path, posix)).toBeNull();
});
