/**
 * Line tables: what the interpreters themselves read from their own, and hand-made ones for the rare forms.
 * PYSPY_SAVE_LINE_TABLES=1 asks the interpreters of this machine anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodeLines, lineAt } from '../../../src/record/code/linetable.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { Child } from '../../support/child.js';
import { findPythons, supportedMinors } from '../../support/pythons.js';
import { commandOf } from '../../support/targets.js';

/** Name, first line, table in base64, and [start, end, line or null] in bytes of bytecode. */
type Table = readonly [string, number, string, readonly (readonly [number, number, number | null])[]];

const file = fileURLToPath(new URL('../../fixtures/line-tables.json', import.meta.url));
if (process.env.PYSPY_SAVE_LINE_TABLES === '1') await saveAll();
const fixtures: Record<string, Table[]> = JSON.parse(readFileSync(file, 'utf8'));

// 3.3 has the encoding of 3.4.
describe.each(supportedMinors.filter((minor) => minor in fixtures))('line tables of CPython %s', (minor) => {
  const trait = layouts.get(minor)!.code.lineTableTrait;

  test.each(fixtures[minor]!)('%s', (_name, firstLine, table, truth) => {
    const ranges = decodeLines(trait, Buffer.from(table, 'base64'), firstLine);
    // Instructions of versions before 3.6 begin at odd places, too.
    for (const [start, end, line] of truth)
      for (let position = start; position < end; position++)
        expect([position, lineAt(ranges, position, firstLine)]).toEqual([position, line ?? 0]);
    // Before the first instruction, while the frame is being set up: the line of "def".
    expect(lineAt(ranges, -2, firstLine)).toBe(firstLine);
  });
});

describe('co_lnotab, up to 3.9', () => {
  test('has unsigned lines up to 3.5', () => {
    // (255, 0), (45, 255), (0, 200), (1, 1)
    const ranges = decodeLines('unsigned-lnotab', Uint8Array.of(255, 0, 45, 255, 0, 200, 1, 1), 10);
    const lines = [0, 255, 299, 300, 301, 100_000].map((position) => lineAt(ranges, position, 10));
    expect(lines).toEqual([10, 10, 10, 465, 466, 466]);
  });

  test('has signed lines and unsigned lengths from 3.6 on', () => {
    // (6, +1), (200, 0), (100, -3), (0, 127), (2, 100)
    const table = Uint8Array.of(6, 1, 200, 0, 100, 0xfd, 0, 127, 2, 100);
    const ranges = decodeLines('lnotab', table, 10);
    const lines = [0, 5, 6, 305, 306, 307, 308, 100_000].map((position) => lineAt(ranges, position, 10));
    expect(lines).toEqual([10, 10, 11, 11, 135, 135, 235, 235]);
  });
});

describe('co_linetable of 3.10', () => {
  // py-spy skips the length of such an entry: line 14 where 19 is true.
  test('an entry without a line (-128) still has its length', () => {
    // [0, 4) line 11, [4, 10) none, [10, 12) line 11, [12, 14) line 5
    const table = Uint8Array.of(4, 1, 6, 0x80, 2, 0, 2, 0xfa);
    const ranges = decodeLines('linetable', table, 10);
    expect([0, 2, 4, 8, 10, 12, 14].map((position) => lineAt(ranges, position, 10))).toEqual([
      11, 11, 0, 0, 11, 5, 0,
    ]);
  });
});

describe('locations, from 3.11', () => {
  test('all forms of entries', () => {
    const table = Uint8Array.of(
      ...[0x80 | (0 << 3) | 1, 0x00], // short form: same line, 2 units
      ...[0x80 | (11 << 3) | 0, 1, 2], // one line: +1
      ...[0x80 | (13 << 3) | 0, 0x07], // no columns: -3
      ...[0x80 | (15 << 3) | 2], // no location, 3 units
      ...[0x80 | (14 << 3) | 0, 0x40 | 0x08, 0x10, 0, 0, 0], // long: +(8 | 16 << 6) / 2 lines
      ...[0x80 | (12 << 3) | 7, 1, 2], // one line: +2, 8 units
    );
    const ranges = decodeLines('locations', table, 100);
    const at = (position: number): number => lineAt(ranges, position, 100);
    expect([0, 2].map(at)).toEqual([100, 100]);
    expect([4, 6].map(at)).toEqual([101, 98]);
    expect([8, 10, 12].map(at)).toEqual([0, 0, 0]);
    expect([14].map(at)).toEqual([98 + 516]);
    expect([16, 30, 32].map(at)).toEqual([98 + 518, 98 + 518, 0]);
  });
});

describe.each(['unsigned-lnotab', 'lnotab', 'linetable', 'locations'] as const)('hostile %s', (trait) => {
  test('bytes give lines that a trace can hold', () => {
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 16) & 0xff;
    };
    for (let round = 0; round < 300; round++) {
      const table = Uint8Array.from({ length: round }, random);
      for (const firstLine of [0, 1, 2 ** 31 - 1]) {
        const ranges = decodeLines(trait, table, firstLine);
        for (const position of [0, 2, 100, 5000, 2 ** 31 - 1]) {
          const line = lineAt(ranges, position, firstLine);
          if (!Number.isInteger(line) || line < 0 || line > 2 ** 31 - 1)
            expect.fail(`line ${line} at ${position} of ${Buffer.from(table).toString('hex')}`);
        }
      }
    }
  });

  test('what sets a closure’s frame up is done for the "def", and nothing else is', () => {
    // [0, 2) no line, [2, 4) line 7, [4, 6) no line
    const entries = { locations: [0xf8, 0xe8, 0, 0xf8], linetable: [2, 0x80, 2, 0, 2, 0x80] };
    const table = trait in entries ? entries[trait as 'locations'] : null;
    if (table === null) return;
    const ranges = decodeLines(trait, Uint8Array.from(table), 7);
    expect([-2, 0, 2, 4].map((position) => lineAt(ranges, position, 7, 2))).toEqual([7, 7, 7, 0]);
    expect([-2, 0, 2, 4].map((position) => lineAt(ranges, position, 7))).toEqual([7, 0, 7, 0]);
  });

  test('an empty table knows no lines, but the first before the first instruction', () => {
    const ranges = decodeLines(trait, new Uint8Array(), 7);
    expect(lineAt(ranges, -2, 7)).toBe(7);
    // Further before the first instruction no frame ever stands.
    expect(lineAt(ranges, -3, 7)).toBe(0);
    expect([0, 7]).toContain(lineAt(ranges, 0, 7));
  });
});

async function saveAll(): Promise<void> {
  const all: Record<string, unknown> = {};
  const known: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  for (const minor of supportedMinors) {
    const python = findPythons().find((candidate) => candidate.minor === minor);
    if (python === undefined) {
      if (!(minor in known)) throw new Error(`there is no interpreter for ${minor}`);
      all[minor] = known[minor];
      continue;
    }
    const child = new Child(await commandOf(python, 'line_tables.py'));
    all[minor] = await child.told('tables');
    await child.stop();
  }
  const text = Object.entries(all).map(
    ([minor, tables]) =>
      `"${minor}": [\n${(tables as unknown[]).map((table) => JSON.stringify(table)).join(',\n')}\n]`,
  );
  writeFileSync(file, `{\n${text.join(',\n')}\n}\n`);
}
