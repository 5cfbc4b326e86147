/** Which functions are one's own, by the rule and by folders that are named. */
import { describe, expect, test } from 'vitest';
import { functionKind, type ProcessRow } from '../../../src/format/vocabulary.js';
import { OwnCode } from '../../../src/replay/names/own-code.js';

const processes = [
  {
    executable: '/usr/bin/python3',
    command: ['python3', 'app.py'],
    cwd: '/srv/shop',
  } as unknown as ProcessRow,
];
const has = (file: string, folders: readonly string[] = [], kind: number = functionKind.python) =>
  new OwnCode(processes, { folders }).has({ file, kind });

test('all code but libraries’, and no native code', () => {
  expect(has('/srv/shop/cart.py')).toBe(true);
  expect(has('/srv/else/cart.py')).toBe(true);
  expect(has('/srv/shop/.venv/lib/python3.12/site-packages/x/y.py')).toBe(false);
  expect(has('')).toBe(false);
  expect(has('/srv/shop/_speed.so', [], functionKind.native)).toBe(false);
  expect(has('<torn>', [], functionKind.marker)).toBe(false);
  // Importers do not tell which functions are native: their files do.
  expect(has('/srv/shop/_speed.so')).toBe(false);
  expect(has('[kernel.kallsyms]')).toBe(false);
});

describe('--mine-path', () => {
  test.each([
    // An absolute folder is that one; within it libraries are none of one's own.
    ['/srv/shop', '/srv/shop/cart.py', true],
    ['/srv/shop/', '/srv/shop/a/cart.py', true],
    ['/srv/shop', '/srv/shopping/cart.py', false],
    ['/srv/shop', '/mnt/srv/shop/cart.py', false],
    ['/srv/shop', '/srv/shop/.venv/lib/python3.12/site-packages/x/y.py', false],
    // But a library may be named.
    ['/usr/lib/python3.12/json', '/usr/lib/python3.12/json/decoder.py', true],
    ['site-packages/x', '/srv/shop/.venv/lib/python3.12/site-packages/x/y.py', true],
    ['site-packages/x', '/srv/shop/.venv/lib/python3.12/site-packages/z/y.py', false],
    // A name is a folder wherever it is.
    ['shop', '/anywhere/shop/cart.py', true],
    ['shop', 'shop/cart.py', true],
    ['shop', '/anywhere/workshop/cart.py', false],
    ['C:\\Shop', 'c:\\shop\\cart.py', true],
    ['shop', 'C:\\src\\Shop\\cart.py', true],
    ['/srv/shop', '', false],
    ['/srv/shop', '/srv/shop/_speed.so', false],
  ])('%s: %s', (folder, file, isOwn) => {
    expect(has(file, [folder])).toBe(isOwn);
  });

  test('several count together', () => {
    expect(has('/b/x.py', ['/a', '/b'])).toBe(true);
    expect(has('/c/x.py', ['/a', '/b'])).toBe(false);
  });
});
