/** The table of offsets that 3.13 carries: a real one is taken over, and none that cannot be true. */
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../src/platform/saved.js';
import { layouts } from '../../src/record/layouts/cpython.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from '../../src/record/layouts/debug-offsets.js';
import { loadSaved } from '../support/saved-process.js';

const { process: target, pages } = loadSaved('3.13');
const saved = new Uint8Array(debugTableBytes);
new SavedMemory(pages).peek(target.runtime, saved);
const layout = layouts.get('3.13')!;

describe('the table of a real 3.13', () => {
  const table = readDebugTable(saved)!;

  test('says what it belongs to', () => {
    expect(table).toMatchObject({ freeThreaded: false });
    expect(table.versionHex >>> 16).toBe(0x030d);
  });

  test('agrees with the built-in row', () => {
    expect(applyDebugTable(layout, table)).toEqual(layout);
  });
});

// py-spy and Austin take such a build for one with the GIL, or do not know it: its objects have a larger header.
test('a free-threaded build is told by its own table', () => {
  const bytes = saved.slice();
  new DataView(bytes.buffer).setBigUint64(16, 1n, true);
  expect(readDebugTable(bytes)).toMatchObject({ freeThreaded: true });
});

describe('a table that cannot be true', () => {
  test('is none without its cookie', () => {
    const other = saved.slice();
    other[3]! ^= 1;
    expect(readDebugTable(other)).toBeNull();
    expect(readDebugTable(saved.subarray(0, 20))).toBeNull();
    expect(readDebugTable(new Uint8Array())).toBeNull();
  });

  test('is refused where it is cut off', () => {
    const cut = readDebugTable(saved.subarray(0, 200))!;
    expect(applyDebugTable(layout, cut)).toBe('the table is cut off');
  });

  test('is refused for a version whose table has another shape', () => {
    const table = readDebugTable(saved)!;
    expect(applyDebugTable({ ...layout, version: '3.99' }, table)).toMatch(/3\.99 table is not known/);
  });

  // Words by their number behind the header, as debug-offsets.ts lists them.
  test.each([
    ['runtime_state.interpreters_head', 2, 2 ** 40],
    ['interpreter_state.next', 5, 4],
    ['interpreter_state.threads_head', 6, 5_000_000],
    ['thread_state.current_frame', 20, 100_000],
    ['thread_state.native_thread_id', 22, 161],
    ['interpreter_frame.previous', 26, 8_000],
    ['interpreter_frame.instr_ptr', 28, 87],
    ['code_object.filename', 32, 4_000_000],
    ['code_object.co_code_adaptive', 40, 2 ** 33],
    ['code_object.co_code_adaptive', 40, 8],
  ])('is refused for %s', (name, word, value) => {
    const bytes = saved.slice();
    new DataView(bytes.buffer).setBigUint64(24 + word * 8, BigInt(value), true);
    const applied = applyDebugTable(layout, readDebugTable(bytes)!);
    expect(applied).toBeTypeOf('string');
    expect(applied).toContain(`${name} = ${value}`);
  });

  test('never leads to offsets outside of what is read, whatever is in it', () => {
    let state = 7;
    for (let round = 0; round < 2000; round++) {
      const bytes = saved.slice();
      for (let change = 0; change < 3; change++) {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        bytes[24 + ((state >>> 8) % 700)] = state >>> 20;
      }
      const applied = applyDebugTable(layout, readDebugTable(bytes)!);
      if (typeof applied === 'string') continue;
      const { frame, thread, code } = applied;
      expect(Math.max(frame.code, frame.previous, frame.instruction) + 8).toBeLessThanOrEqual(frame.size);
      for (const offset of [...Object.values(thread), ...Object.values(code)])
        if (typeof offset === 'number') expect(offset >= 0 && offset <= 4_000_000).toBe(true);
    }
  });
});
