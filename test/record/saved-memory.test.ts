/**
 * The frame walk over the saved memory of one process of each CPython version, against what the interpreter itself
 * said of its threads. PYSPY_SAVE_MEMORY=1 makes the fixtures anew, from the interpreters that are found here.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';

import { decodePages, encodePages, SavedMemory } from '../../src/platform/saved.js';

import { attach } from '../../src/record/processes/attach.js';

import { Child } from '../support/child.js';

import { findPythons } from '../support/pythons.js';
import { loadSaved, type SavedThread, savedFolder, savedNames } from '../support/saved-process.js';
import { saveProcess } from '../support/saving.js';
import { programPath, rootOf } from '../support/targets.js';
import { walkAll } from '../support/walk.js';

if (process.env.PYSPY_SAVE_MEMORY === '1') await saveAll();

describe.each(savedNames)('saved memory of CPython %s', (name) => {
  const { process: saved, pages, layout } = loadSaved(name);

  test('is walked to the stacks that the interpreter itself saw', () => {
    const walked = walkAll(new SavedMemory(pages), new SavedMemory(pages), layout, saved.runtime)!;
    const found = walked.threads.filter((thread) => thread.name !== 'reporter');
    expect(found.map(({ id }) => Number(id)).sort()).toEqual(saved.threads.map(({ id }) => id).sort());
    for (const truth of saved.threads) {
      const { walked: _, ...seen } = found.find(({ id }) => Number(id) === truth.id)!;
      expect(seen).toEqual({
        id: BigInt(truth.id),
        native: layout.thread.nativeId === null ? null : truth.native,
        name: truth.name,
        result: 'steady',
        truncated: false,
        frames: truth.frames,
      });
    }
  });
});

test('saved pages are read back as they were, across their borders, and nothing else is mapped', () => {
  const page = (fill: number) => new Uint8Array(4096).fill(fill);
  const pages = decodePages(
    encodePages(
      new Map([
        [0x7f00_0000_1000, page(2)],
        [0x7f00_0000_0000, page(1)],
      ]),
    ),
  );
  const memory = new SavedMemory(pages);
  const bytes = new Uint8Array(4);
  expect(memory.peek(0x7f00_0000_0ffe, bytes)).toBe(true);
  expect([...bytes]).toEqual([1, 1, 2, 2]);
  expect(memory.peek(0x7f00_0000_1ffe, bytes)).toBe(false);
  expect(memory.fault).toBe('unmapped');
  expect(() => decodePages(encodePages(new Map([[0, new Uint8Array(5)]])))).toThrow('no saved pages');
});

async function saveAll(): Promise<void> {
  mkdirSync(savedFolder, { recursive: true });
  for (const name of savedNames) {
    const [minor, build] = name.split('-') as [string, string?];
    // Another machine's: test/arm64/ saves it.
    if (build === 'arm64') continue;
    const python = findPythons().find(
      (found) => found.minor === minor && found.debug === (build === 'debug'),
    );
    if (python === undefined) {
      if (!existsSync(`${savedFolder}cpython-${name}.json`)) throw new Error(`no interpreter for ${name}`);
      continue;
    }
    // A home and an environment of its own: nothing of this machine's gets into the file.
    const root = await rootOf(python);
    const program = '/tmp/still.py';
    copyFileSync(`${root === '/' ? '' : root}${await programPath(python, 'still.py')}`, `${root}${program}`);
    const home = `/tmp/cpython-${name}`;
    rmSync(home, { force: true });
    if (root === '/') symlinkSync(dirname(dirname(python.path)), home);
    // 3.3 compiles under no name that the locale cannot write.
    const env = { LC_ALL: 'C.UTF-8', ...(root === '/' ? { PYTHONHOME: home } : {}) };
    const child = new Child([python.path, '-S', program], { env, cwd: '/' });
    const threads = await child.told<SavedThread[]>('threads');
    const target = await attach(child.pid);
    const { saved, pages } = saveProcess(target, threads);
    await child.stop();
    writeFileSync(`${savedFolder}cpython-${name}.json`, `${JSON.stringify(saved, null, 1)}\n`);
    writeFileSync(`${savedFolder}cpython-${name}.pages`, encodePages(pages));
  }
}
