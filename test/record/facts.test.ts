/**
 * Facts that other profilers get wrong and that saved memory can show; and that every one of them has a test whose
 * title begins with its number, here or elsewhere.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SavedMemory } from '../../src/platform/saved.js';
import { Peek } from '../../src/record/memory/peek.js';
import { listThreadStates } from '../../src/record/target/thread-list.js';
import { loadSaved, savedNames } from '../support/saved-process.js';
import { walkAll } from '../support/walk.js';

describe.each(savedNames)('one unreadable thread on CPython %s', (minor) => {
  // py-spy gives up the whole sample for it.
  test('fact 9 (defect 3): does not cost the others their samples', () => {
    const { process: saved, pages, layout } = loadSaved(minor);
    const states = listThreadStates(new Peek(new SavedMemory(pages)), layout, saved.runtime)!;
    const broken = saved.threads[1]!.id;
    const { address } = states.threads.find(({ pythonId }) => Number(pythonId) === broken)!;
    const word = address + layout.thread.frame;
    const page = pages.get(word - (word % 4096))!.slice();
    new DataView(page.buffer).setBigUint64(word % 4096, 0x7777_7777_7000n, true);
    const damaged = new Map(pages).set(word - (word % 4096), page);
    const walked = walkAll(new SavedMemory(damaged), new SavedMemory(damaged), layout, saved.runtime)!;
    for (const { id, frames } of saved.threads)
      expect(walked.threads.find((thread) => Number(thread.id) === id)).toMatchObject(
        id === broken ? { result: 'broken', frames: null } : { result: 'steady', frames },
      );
  });
});

const folder = fileURLToPath(new URL('../', import.meta.url));
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(folder + name, 'utf8'))
  .join('\n');

test('every fact has a test of its name', () => {
  const named = new Set(
    [...tests.matchAll(/'fact (\d+)(?: \(defect \d+\))?: /g)].map((match) => Number(match[1])),
  );
  expect([...named].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
});
