/** The disk never bends the schedule: batches that it is too slow for are dropped, and nothing of that is hidden. */
import { expect, test } from 'vitest';
import { lateFromNs } from '../../../src/format/codec/lateness.js';
import { status } from '../../../src/format/vocabulary.js';
import type { GatheredSegment } from '../../../src/record/batch/gathered-batch.js';
import { Interner } from '../../../src/record/code/interner.js';
import { Outbox } from '../../../src/record/sampling/outbox.js';
import type { ProcessSampler } from '../../../src/record/sampling/process-sampler.js';
import { control, gauges } from '../../../src/record/sampling/thread-messages.js';
import { createSchedule } from '../../../src/record/schedule/schedule.js';

/** Segments that may be on their way before batches are dropped. */
const most = 32;
const periodNs = 1e6;

/** An outbox, and a writer that takes segments only when told to. */
function setUp() {
  const sent: GatheredSegment[] = [];
  const flags = new Int32Array(control.slots);
  const figures = new Float64Array(gauges.slots);
  const interner = new Interner();
  const outbox = new Outbox({
    interner,
    schedule: createSchedule(0, 1e9 / periodNs),
    control: flags,
    gauges: figures,
    send: (segment) => sent.push(segment),
  });
  let atNs = 0;
  return {
    outbox,
    interner,
    sent,
    figures,
    pending: () => Atomics.load(flags, control.pending),
    write: (segments: number) => Atomics.sub(flags, control.pending, segments),
    /** So many ticks with a sample each; returns when the first one was. */
    sample: (ticks: number, lateNs = 0, flags: number = status.onCpu): number => {
      const first = atNs + periodNs;
      for (let i = 0; i < ticks; i++) {
        atNs += periodNs;
        outbox.batch.tick(atNs, periodNs, lateNs);
        outbox.batch.sample(1, 0, flags, 0);
      }
      return first;
    },
  };
}

test('up to the limit every batch is sent', () => {
  const { outbox, sample, sent, figures, pending } = setUp();
  for (let i = 0; i < most; i++) {
    sample(10);
    outbox.flush();
  }
  expect(sent.map(({ batch }) => batch?.samples)).toEqual(new Array(most).fill(10));
  expect(pending()).toBe(most);
  expect(figures[gauges.samples]).toBe(10 * most);
  expect(figures[gauges.missed]).toBe(0);
});

test('beyond it the batch is dropped, its rows are sent, and the next batch that is kept says what is missing', () => {
  const { outbox, interner, sample, sent, figures, write } = setUp();
  for (let i = 0; i < most; i++) {
    sample(1);
    outbox.flush();
  }
  const name = interner.string('only in the batch that is dropped');
  const droppedFromNs = sample(7);
  outbox.miss(2);
  outbox.flush();
  expect(sent.at(-1)).toMatchObject({ batch: null, failures: [], gaps: [] });
  // Later samples build on them.
  expect(sent.at(-1)!.strings).toContainEqual({ id: name, text: 'only in the batch that is dropped' });
  sample(5);
  outbox.flush();
  expect(sent.at(-1)).toMatchObject({ batch: null, gaps: [] });
  expect(figures[gauges.missed]).toBe(7 + 2 + 5);
  expect(figures[gauges.samples]).toBe(most);

  write(most + 2);
  const keptFromNs = sample(3);
  outbox.flush();
  expect(sent.at(-1)!.batch).toMatchObject({ ticks: 3, samples: 3, missed: 7 + 2 + 5 });
  expect(sent.at(-1)!.gaps).toEqual([
    { fromNs: droppedFromNs, toNs: keptFromNs, reason: 'the disk was too slow' },
  ]);
  expect(figures[gauges.missed]).toBe(7 + 2 + 5);

  // And only once.
  sample(4);
  outbox.flush();
  expect(sent.at(-1)).toMatchObject({ batch: { ticks: 4, missed: 0 }, gaps: [] });
});

test('the last batch is sent however slow the disk is', () => {
  const { outbox, sample, sent } = setUp();
  for (let i = 0; i < most + 1; i++) {
    sample(1);
    outbox.flush();
  }
  sample(2);
  outbox.flush(true);
  expect(sent.map(({ batch }) => batch?.ticks ?? null)).toEqual([...new Array(most).fill(1), null, 2]);
  expect(sent.at(-1)!.batch!.missed).toBe(1);
});

test('a flush without a tick sends what rows there are, and no batch', () => {
  const { outbox, sent } = setUp();
  outbox.addGap(1, 2, 'the recorder was late');
  outbox.flush();
  expect(sent).toMatchObject([
    { batch: null, gaps: [{ fromNs: 1, toNs: 2, reason: 'the recorder was late' }] },
  ]);
  outbox.flush();
  expect(sent[1]!.gaps).toEqual([]);
});

test('rows and failures of a process go with the batch, each once; of a batch that is dropped no failures are told', () => {
  const { outbox, sample, sent, write } = setUp();
  const rows = {
    threads: [{ id: 1 }],
    threadNames: [{ thread: 1, fromNs: 0, name: 'main' }],
    failures: [
      { reason: 'torn', count: 2 },
      { reason: 'torn', count: 1 },
    ],
  };
  const sampler = { take: () => rows } as unknown as ProcessSampler;
  outbox.collect(sampler);
  outbox.collect(sampler);
  sample(1);
  outbox.flush();
  expect(sent[0]).toMatchObject({
    threads: [{ id: 1 }, { id: 1 }],
    failures: [{ reason: 'torn', count: 6 }],
  });
  for (let i = 1; i < most; i++) outbox.flush();
  outbox.collect(sampler);
  sample(1);
  outbox.flush();
  expect(sent.at(-1)).toMatchObject({ batch: null, threads: [{ id: 1 }], failures: [] });
  write(most + 1);
  sample(1);
  outbox.flush();
  expect(sent.at(-1)).toMatchObject({ threads: [], failures: [] });
});

test('what the progress line shows is of the batches that were sent', () => {
  const { outbox, sample, figures, pending } = setUp();
  sample(3, lateFromNs, status.onCpu | status.torn);
  sample(2, 0, status.failed);
  expect(figures[gauges.samples]).toBe(0);
  outbox.flush();
  const shown = { samples: 5, late: 3, torn: 3, failed: 2 } as const;
  for (const [name, value] of Object.entries(shown))
    expect(figures[gauges[name as keyof typeof shown]], name).toBe(value);
  while (pending() < most) outbox.flush();
  sample(4, lateFromNs, status.torn);
  outbox.flush();
  for (const [name, value] of Object.entries(shown))
    expect(figures[gauges[name as keyof typeof shown]], name).toBe(value);
});

test('what is over is told once, with the batch that may still need it', () => {
  const { outbox, sample, sent } = setUp();
  sample(1);
  outbox.endProcess(3);
  outbox.flush();
  sample(1);
  outbox.flush();
  expect(sent.map(({ over }) => over)).toEqual([[3], []]);
});
