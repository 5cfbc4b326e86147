/** One of a thing has no plural, wherever counts come into text. */
import { expect, test } from 'vitest';
import { idleNote } from '../../../src/render/text/heading.js';
import { whyNothing } from '../../../src/render/text/nothing.js';
import { describeRecording } from '../../../src/render/text/recording-summary.js';

/** A recording in which all is as often as that. */
function summaryOf(count: number): string {
  const counts = { ticks: count, missed: count, late: 0, samples: count, torn: count, failed: count };
  return describeRecording(
    {
      ...{ ...counts, reason: 'duration', elapsedNs: 1e9, processesSeen: count, scheduling: 'normal' },
      ...{
        sampler: 'kernel',
        running: count,
        copied: count,
        path: 'a.trace',
        ...{ spared: 0, excess: 0, wanted: { rateHz: 100, budgetPct: null } },
        fileBytes: 1,
      },
    },
    { pid: 7, pythonVersion: '3.13.0' },
    { isShown: true, mayLean: false, hasHints: false },
  );
}

test('the summary of a recording', () => {
  expect(summaryOf(1)).toMatch(/: 1 sample of process 7 /);
  expect(summaryOf(1)).toMatch(/^missed 1 tick\b.*, 1 sample torn, 1 failed/m);
  expect(summaryOf(1)).toContain('the kernel copied 1 of 1 stack of running threads');
  expect(summaryOf(1)).not.toMatch(/\b1 (samples|ticks|stacks|processes)\b/);
  for (const count of [0, 2, 21]) {
    expect(summaryOf(count)).toContain(`: ${count} samples of `);
    expect(summaryOf(count)).toContain(`missed ${count} ticks`);
    expect(summaryOf(count)).toContain(`, ${count} samples torn, ${count} failed`);
  }
});

test('notes about idle samples', () => {
  const nothing = (count: number) =>
    whyNothing({ filters: [], idle_samples: count, idle_s: 1, threads: null });
  expect(nothing(1)).toContain('1 sample, 1s, was of a thread that slept or waited: --idle shows it.');
  expect(nothing(2)).toContain('2 samples, 1s, were of threads that slept or waited: --idle shows them.');
  const note = (count: number) =>
    idleNote({ idle_samples: count, idle_s: 1, held_up_s: 0.04 } as Parameters<typeof idleNote>[0]);
  expect(note(1)).toMatch(/^Left out: 1 sample of idle/);
  expect(note(2)).toMatch(/^Left out: 2 samples of idle threads, 1s \(--idle shows them\)\.$/m);
  const held = { idle_samples: 9, idle_s: 1, held_up_s: 0.4 } as Parameters<typeof idleNote>[0];
  expect(idleNote(held)).toContain('; 0.4s of it waited for a lock or the GIL (--waiting).');
});
