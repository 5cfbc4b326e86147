import { expect, test } from 'vitest';
import { PyspyError } from '../../src/errors.js';
import { chooseLayout } from '../../src/record/layouts/choose.js';
import { formatVersion, versionFromHex, versionFromName } from '../../src/record/layouts/python-version.js';

const choose = (hex: number) => chooseLayout(7, versionFromHex(hex, ''));

test.each([
  [0x030100f0, '3.1.0'],
  [0x030200f0, '3.2.0'],
  [0x031000f0, '3.16.0'],
  [0x030f00c3, '3.15.0rc3'],
  [0x030e00a1, '3.14.0a1'],
])('%i is refused by name', (hex, name) => {
  const refusal = choose(hex);
  expect(refusal).toBeInstanceOf(PyspyError);
  expect(refusal).toMatchObject({ kind: 'target', hint: expect.any(String) });
  expect((refusal as PyspyError).message).toContain(`process 7 runs CPython ${name}; `);
});

test('bug-fix releases of 3.7 differ in where they keep the running thread', () => {
  expect(choose(0x030703f0)).toMatchObject({ version: '3.7', gil: { current: 1392 } });
  expect(choose(0x030704f0)).toMatchObject({ version: '3.7', gil: { current: 1480 } });
});

test('what only the name of a file tells has no bug-fix release made up', () => {
  const version = versionFromName('/usr/lib/libpython3.7.so.1.0')!;
  expect(formatVersion(version)).toBe('3.7');
  expect(chooseLayout(7, version)).toMatchObject({ version: '3.7', gil: { current: 1480 } });
});
