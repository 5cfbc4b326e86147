/** Rows for Windows: saved memory, laid out as there, is walked to the same stacks; what was not measured is refused by name. */
import { describe, expect, test } from 'vitest';
import { PyspyError } from '../../src/errors.js';
import { SavedMemory } from '../../src/platform/saved.js';
import { chooseLayout } from '../../src/record/layouts/choose.js';
import { llp64Layouts } from '../../src/record/layouts/llp64.js';
import { versionFromHex, versionFromName } from '../../src/record/layouts/python-version.js';
import { Peek } from '../../src/record/memory/peek.js';
import { llp64LayoutOf, toLlp64 } from '../support/llp64.js';
import { loadSaved } from '../support/saved-process.js';
import { walkAll } from '../support/walk.js';

describe.each([...llp64Layouts.keys()])('CPython %s for Windows', (version) => {
  const { process: saved, pages, layout: linux } = loadSaved(version);
  const moved = toLlp64(saved, pages, linux);
  const layout = llp64LayoutOf(new Peek(new SavedMemory(moved)), version, saved.runtime);

  test('has ids of four bytes, and what is behind them closer', () => {
    const { thread } = llp64Layouts.get(version)!;
    expect(layout.thread).toEqual(thread);
    const { id, nativeId, dataStackChunk } = linux.thread;
    expect(thread).toMatchObject({ idBytes: 4, id, nativeId: nativeId === null ? id : id + 4 });
    expect(thread.dataStackChunk).toBe(dataStackChunk === null ? null : dataStackChunk - 8);
  });

  test('is walked to the stacks that the interpreter itself saw', () => {
    const walked = walkAll(new SavedMemory(moved), new SavedMemory(moved), layout, saved.runtime)!;
    for (const truth of saved.threads) {
      const { walked: _, ...seen } = walked.threads.find(({ native }) => native === truth.native)!;
      expect(seen).toEqual({
        // There an id of Python's is the system's.
        id: BigInt(truth.native!),
        native: truth.native,
        name: truth.name,
        result: 'steady',
        truncated: false,
        frames: truth.frames,
      });
    }
    expect(saved.threads.length).toBeGreaterThan(1);
  });

  test('is not walked by the rows of Linux', () => {
    const wrong = walkAll(new SavedMemory(moved), new SavedMemory(moved), linux, saved.runtime);
    const ids = wrong?.threads.map(({ id }) => Number(id)) ?? [];
    for (const { native } of saved.threads) expect(ids).not.toContain(native);
  });
});

const choose = (hex: number, freeThreaded: boolean) =>
  chooseLayout(7, versionFromHex(hex, ''), { dataModel: 'llp64', freeThreaded });

test('what was not measured there is refused by name', () => {
  const refusal = choose(0x030801f0, false);
  expect(refusal).toBeInstanceOf(PyspyError);
  expect((refusal as PyspyError).message).toBe(
    'process 7 runs CPython 3.8.1; this version of pyspy reads releases of 3.9, 3.10, 3.11, 3.12, 3.13, 3.14, 3.15 on Windows',
  );
  expect(choose(0x030e01f0, true)).toMatchObject({
    kind: 'target',
    message:
      'process 7 runs CPython 3.14.1, without the GIL; this version of pyspy reads builds with it on Windows',
  });
  expect(choose(0x030e01f0, false)).toBe(llp64Layouts.get('3.14'));
});

test.each([
  ['/usr/lib/libpython3.9.so.1.0', '3.9'],
  ['/usr/bin/python3.14t', '3.14'],
  ['/lib/python313.dll', '3.13'],
  ['/lib/python39_d.dll', '3.9'],
])('%s is called after %s', (path, name) => {
  expect(versionFromName(path)).toMatchObject({ build: name });
});

test.each(['/lib/python3.dll', '/usr/bin/python3', '/lib/python313x.dll'])(
  '%s says no minor version',
  (path) => {
    expect(versionFromName(path)).toBeNull();
  },
);
