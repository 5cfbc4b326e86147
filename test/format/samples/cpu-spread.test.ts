/** CPU time by sample: as the thread was seen on a CPU, whatever was seen when it was read; and the sums hold. */
import { describe, expect, test } from 'vitest';
import { CpuSpread, trait } from '../../../src/format/samples/cpu-spread.js';
import { createRandom } from '../random.js';

const [periodNs, stretches] = [1e7, { originNs: 0, nearNs: 1e9, inFar: 8 }];

/** What a thread does for a while; `works` is on a CPU, `queues` is ready and waits for one. */
interface Part {
  readonly name: string;
  readonly does: 'works' | 'queues' | 'sleeps';
  readonly gil: boolean;
  readonly meanNs: number;
}

/** Goes round and round through the parts, each for a random time around its mean, and is looked at once in each period. */
function simulate(parts: readonly Part[], seconds: number, seed = 1, startNs = 0) {
  const random = createRandom(seed);
  const spread = new CpuSpread({ ...stretches, originNs: startNs });
  const truth: Record<string, number> = {};
  const found: Record<string, number> = {};
  const names: string[] = [];
  let [at, endNs, usedNs, periods] = [0, startNs, 0, 0];
  let nowNs = startNs;

  const duration = () => parts[at]!.meanNs * (0.5 + random());
  endNs += duration();
  for (; periods < (seconds * 1e9) / periodNs; periods++) {
    const tickNs = startNs + Math.floor((periods + random()) * periodNs);
    for (; nowNs < tickNs; ) {
      const { name, does } = parts[at]!;
      const untilNs = Math.min(tickNs, endNs);
      if (does === 'works') {
        truth[name] = (truth[name] ?? 0) + untilNs - nowNs;
        usedNs += untilNs - nowNs;
      }
      nowNs = untilNs;
      if (nowNs < endNs) break;
      at = (at + 1) % parts.length;
      endNs += duration();
    }
    const { name, does, gil } = parts[at]!;
    // The stack of queueing is that of sleeping: the thread was woken there.
    const stack = parts.findIndex((part) => part.name === name);
    if (does === 'sleeps') spread.addSleep(stack, tickNs, tickNs);
    if (does !== 'sleeps' || usedNs > 0) {
      spread.add(
        tickNs,
        does === 'sleeps' ? 0 : periodNs,
        Math.round(usedNs),
        stack,
        gil || does === 'sleeps' ? 0 : trait.free,
      );
      names.push(name);
    }
    usedNs = 0;
  }
  const times = names.map(() => spread.take());
  for (const [index, name] of names.entries()) found[name] = (found[name] ?? 0) + times[index]!;
  return { truth, found };
}

const sum = (times: Record<string, number>) => Object.values(times).reduce((all, ns) => all + ns, 0);
const works = (name: string, meanMs: number, gil = true): Part => ({
  name,
  does: 'works',
  gil,
  meanNs: meanMs * 1e6,
});
const waits = (meanMs: number): Part => ({ name: 'wait', does: 'sleeps', gil: false, meanNs: meanMs * 1e6 });
const queues = (meanMs: number): Part => ({ name: 'wait', does: 'queues', gil: false, meanNs: meanMs * 1e6 });

const programs: [string, Part[]][] = [
  ['blocks ten times in a period', [works('f', 0.2), works('g', 0.3), waits(0.5)]],
  ['blocks ten times in a period, and hardly works', [works('f', 0.04), works('g', 0.06), waits(0.9)]],
  [
    'blocks ten times, and waits for a CPU when it is woken',
    [works('f', 0.2), works('g', 0.3), waits(0.2), queues(0.3)],
  ],
  ['waits for a CPU longer than it sleeps', [works('f', 0.1), works('g', 0.2), waits(0.1), queues(0.6)]],
  ['works without the GIL, too', [works('f', 0.2), works('g', 0.3, false), waits(0.5)]],
  [
    'works mostly without the GIL, and waits for a CPU',
    [works('f', 0.05), works('g', 0.45, false), waits(0.3), queues(0.1)],
  ],
  ['works without the GIL in what also sleeps', [works('f', 0.2), works('wait', 0.5, false), waits(0.3)]],
  ['works longer than a period', [works('f', 40), works('g', 25), waits(35)]],
  ['works all the time', [works('f', 0.7), works('g', 0.3)]],
];

describe.each(programs)('a thread that %s', (_, parts) => {
  const { truth, found } = simulate(parts, 2_000);

  test('has the CPU time of its functions, to 5 %', () => {
    for (const [name, ns] of Object.entries(truth))
      expect(Math.abs(found[name]! / ns - 1), name).toBeLessThan(0.05);
  });

  test('has none where it only waits, and all in sum', () => {
    if (truth.wait === undefined) expect((found.wait ?? 0) / sum(found)).toBeLessThan(0.01);
    expect(Math.abs(sum(found) - sum(truth))).toBeLessThan(2e7);
  });
});

test('where CPU time is what a thread is on a CPU for, each sample has just that, phase by phase', () => {
  const spread = new CpuSpread(stretches);
  for (let tick = 0; tick < 6_000; tick++)
    // Now all the time, now one tick in twenty, for 0.7 s.
    if (Math.floor(tick / 70) % 2 === 0 || tick % 20 === 0) spread.add(tick * 1e7, 1e7, 1e7, -1);
  for (let tick = 0; tick < 6_000; tick++)
    if (Math.floor(tick / 70) % 2 === 0 || tick % 20 === 0) expect(spread.take()).toBe(1e7);
});

test('where a thread is on a CPU seldom, what it used goes there from farther away, but not from minutes', () => {
  const spread = new CpuSpread(stretches);
  for (let tick = 0; tick < 1_600; tick++) {
    const isRunning = tick === 300;
    spread.add(tick * 1e7, isRunning ? 1e7 : 0, 1e5, -1);
  }
  const times = Array.from({ length: 1_600 }, () => spread.take());
  expect(times[300]).toBe(800 * 1e5);
  // In the second long stretch there is nothing that it could go to.
  expect(times.slice(800)).toEqual(new Array(800).fill(1e5));
  expect(times.slice(0, 800).filter((ns) => ns > 0)).toHaveLength(1);
});

test('sums hold in every stretch, to the rounding of samples', () => {
  const random = createRandom(5);
  const spread = new CpuSpread(stretches);
  const samples = Array.from({ length: 5_000 }, (_, tick) => ({
    at: tick * 1e7,
    wall: random() < 0.3 ? Math.floor(random() * 2e7) : 0,
    used: Math.floor(random() * 3e6),
  }));
  for (const { at, wall, used } of samples) spread.add(at, wall, used, -1);
  const times = samples.map(() => spread.take());
  for (let from = 0; from < 5_000; from += 100) {
    const of = (values: number[]) => values.slice(from, from + 100).reduce((all, ns) => all + ns, 0);
    expect(Math.abs(of(times) - of(samples.map(({ used }) => used)))).toBeLessThan(100);
  }
});

/**
 * Works in `f` and `g` and waits for a CPU, mostly where `g` begins, so that a sample is as likely to be of either. What the
 * thread had of a CPU is known while it is on the recorder's: at random, or for seconds at a time.
 * @param knownPart of the time
 * @param staysFor how many ticks it stays on a CPU
 */
function simulateRivals(ticks: number, knownPart: number, staysFor: number) {
  const random = createRandom(9);
  const spread = new CpuSpread(stretches);
  const used = { f: 0, g: 0 };
  const names: ('f' | 'g')[] = [];
  let isKnown = false;
  for (let tick = 0; tick < ticks; tick++) {
    if (tick % staysFor === 0) isKnown = random() < knownPart;
    const place = random();
    // 10 % of the time it works in f, 20 % in g; 60 % it waits for a CPU, at the first line of g; else it sleeps.
    const name = place < 0.1 ? 'f' : 'g';
    const waits = place >= 0.3 && place < 0.9;
    used.f += 1e6;
    used.g += 2e6;
    names.push(name);
    // Its work in g is in other lines.
    const stack = name === 'f' ? 1 : waits ? 2 : 3;
    if (place >= 0.9) spread.add(tick * 1e7, 0, 3e6, stack);
    else spread.add(tick * 1e7, 1e7, 3e6, stack, isKnown ? (waits ? trait.waited : 0) : trait.unsure);
  }
  const found = { f: 0, g: 0 };
  for (const name of names) found[name] += spread.take();
  expect(Math.abs(found.f + found.g - used.f - used.g)).toBeLessThan(ticks);
  return found.f / (found.f + found.g);
}

// In all of these something is known in nearly every long stretch.
test.each([
  ...[0.5, 0.25, 0.1].flatMap((part) => [1, 5, 20].map((staysFor) => ({ part, staysFor }))),
  ...[0.5, 0.25].map((part) => ({ part, staysFor: 100 })),
])(
  'functions have the CPU time that they used, where it is known of $part of the samples, for $staysFor ticks at a time',
  ({ part, staysFor }) => {
    expect(Math.abs(simulateRivals(400_000, part, staysFor) - 1 / 3)).toBeLessThan(0.03);
  },
);

test.each([0, 1, 0.5])(
  'work on a CPU of which nothing is known has what it used, beside work of which all is, waits of %d',
  (waits) => {
    const random = createRandom(4);
    const spread = new CpuSpread(stretches);
    // Half a second on the recorder's CPU, then as long on another, with a CPU for a third of the time.
    const isHere = (tick: number): boolean => tick % 100 < 50;
    const ticks = 8_000;
    for (let tick = 0; tick < ticks; tick++) {
      const traits = !isHere(tick) ? trait.unsure : random() < waits * (2 / 3) ? trait.waited : 0;
      spread.add(tick * 1e7, 1e7, 3.3e6, isHere(tick) ? 1 : 2, traits);
    }
    let here = 0;
    for (let tick = 0; tick < ticks; tick++) {
      const ns = spread.take();
      if (isHere(tick)) here += ns;
    }
    expect(Math.abs(here / (ticks * 3.3e6) - 0.5)).toBeLessThan(0.02);
  },
);

test('where nothing is known of any, all are as before', () => {
  const [sure, unsure] = [new CpuSpread(stretches), new CpuSpread(stretches)];
  const random = createRandom(2);
  const samples = Array.from({ length: 2_000 }, (_, tick) => ({
    ...{ at: tick * 1e7, wall: random() < 0.5 ? 1e7 : 0, used: Math.floor(random() * 4e6) },
    ...{ stack: 1 + (tick % 3), traits: random() < 0.3 ? trait.free : 0 },
  }));
  for (const { at, wall, used, stack, traits } of samples) {
    if (stack === 1) for (const spread of [sure, unsure]) spread.addSleep(stack, at, at);
    sure.add(at, wall, used, stack, traits);
    unsure.add(at, wall, used, stack, wall > 0 ? traits | trait.unsure : traits);
  }
  expect(samples.map(() => unsure.take())).toEqual(samples.map(() => sure.take()));
});
