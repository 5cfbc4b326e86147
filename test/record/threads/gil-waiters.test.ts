/** The count of waiters in a condition variable is believed where, and only where, it fits with who sleeps there. */
import { describe, expect, test } from 'vitest';
import { currentPlatform } from '../../../src/platform/index.js';
import { WaiterCount } from '../../../src/record/threads/gil-waiters.js';
import { createRandom } from '../../format/random.js';

/** pthread_cond_t as the C library has it, with so many waiters; what is not the count is anything small. */
type Library = (waiters: number, random: () => number) => number[];

const small = (random: () => number): number => Math.floor(random() * 4) * 2;
/** glibc 2.25 to 2.40: wseq, g1_start, g_refs[2], g_size[2], g1_orig_size, wrefs, g_signals[2]. */
const glibc2_25: Library = (waiters, random) => [
  ...[5_000 + Math.floor(random() * 100), 0, 5_000, 0, small(random), small(random)],
  ...[Math.floor(random() * 4), Math.floor(random() * 4), 18, waiters * 8 + 2, small(random), small(random)],
];
/** glibc 2.41: without g_refs, two unused words at the end. */
const glibc2_41: Library = (waiters, random) => [
  ...[5_000 + Math.floor(random() * 100), 0, 5_000, 0, Math.floor(random() * 4), Math.floor(random() * 4)],
  ...[18, waiters * 8 + 2, small(random), small(random), 0, 0],
];
const unknown: Library = (_waiters, random) => Array.from({ length: 12 }, () => small(random));

/** Looks many times. @returns the answers that were given, each with the truth */
function look(library: Library, seed: number): { told: number | null; truth: number }[] {
  const random = createRandom(seed);
  const count = new WaiterCount(currentPlatform().threadLibrary.conditionWaiters);
  return Array.from({ length: 2_000 }, () => {
    const asleep = Math.floor(random() * 4);
    const ready = 1 + Math.floor(random() * 3);
    const truth = asleep + Math.floor(random() * (ready + 1));
    // Now and then somebody wakes between the two looks.
    const read = random() < 0.02 ? Math.max(0, asleep - 1) : truth;
    const first = Math.floor(random() * (read + 1));
    const words = Uint32Array.from([0, 0, ...library(first, random), ...library(read - first, random)]);
    return { told: count.read(words, [8, 56], asleep, ready), truth };
  });
}

describe('the number of waiters', () => {
  test.each([
    ['glibc 2.25 to 2.40', glibc2_25],
    ['glibc 2.41', glibc2_41],
  ])('is found where %s has it', (_name, library) => {
    for (let seed = 1; seed <= 20; seed++) {
      const answers = look(library, seed);
      const told = answers.filter((answer) => answer.told !== null);
      // Until a place is believed there is none.
      expect(told.length).toBeGreaterThan(1_700);
      const wrong = told.filter((answer) => answer.told !== answer.truth);
      expect(wrong.length).toBeLessThan(told.length * 0.02);
    }
  });

  test('is not told where it is in none of the places', () => {
    for (let seed = 1; seed <= 20; seed++)
      for (const { told } of look(unknown, seed)) expect(told).toBeNull();
  });

  test('says nothing where nobody was seen asleep yet', () => {
    const count = new WaiterCount(currentPlatform().threadLibrary.conditionWaiters);
    for (let i = 0; i < 1_000; i++) expect(count.read(new Uint32Array(12), [0], 0, 3)).toBeNull();
  });
});
