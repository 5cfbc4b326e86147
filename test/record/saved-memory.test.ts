/**
 * The frame walk over the saved memory of one process of each CPython version, against what the interpreter itself
 * said of its threads. PYSPY_SAVE_MEMORY=1 makes the fixtures anew, from the interpreters that are found here.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { debugTableBytes } from '../../src/record/layouts/debug-offsets.js';
import { Peek } from '../../src/record/peek.js';
import { currentPlatform } from '../../src/record/platform/index.js';
import { decodePages, encodePages, SavedMemory } from '../../src/record/platform/saved.js';
import { attach } from '../../src/record/target.js';
import { Child } from '../support/child.js';
import { PageLog } from '../support/page-log.js';
import { findPythons } from '../support/pythons.js';
import {
  loadSaved,
  type SavedProcess,
  type SavedThread,
  savedFolder,
  savedMinors,
} from '../support/saved-process.js';
import { programPath, rootOf } from '../support/targets.js';
import { walkAll } from '../support/walk.js';

if (process.env.PYSPY_SAVE_MEMORY === '1') await saveAll();

describe.each(savedMinors)('saved memory of CPython %s', (minor) => {
  const { process: saved, pages, layout } = loadSaved(minor);

  test('is walked to the stacks that the interpreter itself saw', () => {
    const walked = walkAll(new SavedMemory(pages), new SavedMemory(pages), layout, saved.runtime)!;
    const found = walked.threads.filter((thread) => thread.name !== 'reporter');
    expect(found.map(({ id }) => Number(id)).sort()).toEqual(saved.threads.map(({ id }) => id).sort());
    for (const truth of saved.threads)
      expect(found.find(({ id }) => Number(id) === truth.id)).toEqual({
        id: BigInt(truth.id),
        native: layout.thread.nativeId === null ? null : truth.native,
        name: truth.name,
        result: 'steady',
        truncated: false,
        frames: truth.frames,
      });
  });

  test('damaged in any way, gives samples of the right shape or none', () => {
    const random = mulberry32(Number.parseInt(minor.slice(2), 10));
    const addresses = [...pages.keys()];
    const pick = (count: number): number => Math.floor(random() * count);
    const outcomes = new Map<string, number>();
    const started = Date.now();
    const before = process.memoryUsage.rss();
    for (let round = 0; round < 300; round++) {
      // Some words of some pages are replaced: by noise, by zero, by an address that is mapped, by a neighbour's word.
      const damaged = new Map(pages);
      const changes = 1 + pick(40);
      for (let change = 0; change < changes; change++) {
        const address = addresses[pick(addresses.length)]!;
        const page = damaged.get(address)!.slice();
        const view = new DataView(page.buffer);
        let at = pick(512) * 8;
        // Rather something than nothing.
        for (let tries = 0; tries < 16 && view.getBigUint64(at, true) === 0n; tries++) at = pick(512) * 8;
        const values = [
          () => BigInt(Math.floor(random() * 2 ** 32)) * BigInt(Math.floor(random() * 2 ** 32)),
          () => 0n,
          () => BigInt(addresses[pick(addresses.length)]! + pick(512) * 8),
          () => view.getBigUint64(pick(512) * 8, true),
          () => 0xffff_ffff_ffff_ffffn,
          () => BigInt(pick(256)),
        ];
        view.setBigUint64(at, values[pick(values.length)]!(), true);
        damaged.set(address, page);
      }
      const walked = walkAll(new SavedMemory(damaged), new SavedMemory(damaged), layout, saved.runtime);
      for (const thread of walked?.threads ?? []) {
        outcomes.set(thread.result, (outcomes.get(thread.result) ?? 0) + 1);
        if (thread.frames === null) continue;
        for (const [name, file, line] of thread.frames)
          if (typeof name !== 'string' || typeof file !== 'string' || !(line >= 0 && line <= 2 ** 31 - 1))
            expect.fail(`round ${round}: ${JSON.stringify([name, file, line])}`);
      }
    }
    // Most damage hits nothing that is used.
    expect(outcomes.get('steady')).toBeGreaterThan(300);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(500e6);
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

/** A small generator of random numbers: the same ones in every run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function saveAll(): Promise<void> {
  mkdirSync(savedFolder, { recursive: true });
  for (const minor of savedMinors) {
    const python = findPythons().find((found) => found.minor === minor && !found.debug);
    if (python === undefined) {
      if (!existsSync(`${savedFolder}cpython-${minor}.json`)) throw new Error(`no interpreter for ${minor}`);
      continue;
    }
    // A home and an environment of its own: nothing of this machine's gets into the file.
    const root = await rootOf(python);
    const program = '/tmp/still.py';
    copyFileSync(`${root === '/' ? '' : root}${await programPath(python, 'still.py')}`, `${root}${program}`);
    const home = `/tmp/cpython-${minor}`;
    rmSync(home, { force: true });
    if (root === '/') symlinkSync(dirname(dirname(python.path)), home);
    const env = root === '/' ? { PYTHONHOME: home } : {};
    const child = new Child([python.path, '-S', program], { env, cwd: '/' });
    const threads = await child.told<SavedThread[]>('threads');
    const target = await attach(child.pid);
    const log = new PageLog(currentPlatform().openMemory(child.pid));
    const retry = new PageLog(currentPlatform().openMemory(child.pid), log.pages);
    new Peek(log).bytes(target.runtime, debugTableBytes);
    const walked = walkAll(log, retry, target.layout, target.runtime);
    await child.stop();
    if (walked === null) throw new Error(`${python.title} could not be walked`);
    const saved: SavedProcess = {
      python: target.pythonBuild,
      layout: target.layout.version,
      runtime: target.runtime,
      threads,
    };
    writeFileSync(`${savedFolder}cpython-${minor}.json`, `${JSON.stringify(saved, null, 1)}\n`);
    writeFileSync(`${savedFolder}cpython-${minor}.pages`, encodePages(log.pages));
  }
}
