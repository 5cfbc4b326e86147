/** CPU time of threads that ticks miss, in part or altogether, over a simulated process whose truth is known. */
import { describe, expect, test } from 'vitest';
import { type AccountedThread, CpuAccount } from '../../../src/record/threads/cpu-account.js';

/** Numbers from 0 to 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Life {
  readonly osId: number;
  readonly from: number;
  readonly to: number;
  /** Whether Python knows the thread. */
  readonly isPython: boolean;
  /** How long the system knows it still, although it does not compute any more. */
  readonly lingersNs?: number;
}

const ms = 1e6;

/**
 * Samples a process of which all threads compute as long as they live.
 * @returns CPU time that samples have, by OS thread id
 */
function record(lives: readonly Life[], lengthNs: number, periodNs: number, seed = 1): Map<number, number> {
  let now = 0;
  const used = ({ from, to }: Life, at: number): number => Math.max(0, Math.min(at, to) - from);
  const aliveAt = (at: number): Life[] => lives.filter(({ from, to }) => from <= at && at < to);
  const thereAt = (at: number): Life[] =>
    lives.filter(({ from, to, lingersNs }) => from <= at && at < to + (lingersNs ?? 0));
  const account = new CpuAccount(
    {
      ids: () => thereAt(now).map(({ osId }) => osId),
      totalNs: (id) => used(thereAt(now).find(({ osId }) => osId === id)!, now),
    },
    { totalNs: () => lives.reduce((sum, life) => sum + used(life, now), 0) },
  );
  account.begin();
  const tracks = new Map<Life, AccountedThread & { clock: { totalNs: number; onCpu: boolean } }>();
  const sampled = new Map<number, number>();
  const next = random(seed);
  for (let slot = 0; slot * periodNs < lengthNs; slot++) {
    now = (slot + next()) * periodNs;
    for (const [life, track] of tracks)
      if (life.to <= now) {
        account.forget(track);
        tracks.delete(life);
      }
    const newborn: AccountedThread[] = [];
    for (const life of aliveAt(now)) {
      if (!life.isPython) continue;
      const totalNs = used(life, now);
      const track = tracks.get(life);
      if (track !== undefined) {
        track.cpuNs = totalNs - track.clock.totalNs;
        track.clock.totalNs = totalNs;
        continue;
      }
      const bornNs = slot === 0 ? Number.NEGATIVE_INFINITY : now;
      const made = { osId: life.osId, clock: { totalNs, onCpu: true }, bornNs, cpuNs: 0 };
      tracks.set(life, made);
      if (slot > 0) newborn.push(made);
    }
    for (const thread of newborn) account.bear(thread, now);
    account.settle([...tracks.values()], now);
    for (const { osId, cpuNs } of tracks.values()) sampled.set(osId!, (sampled.get(osId!) ?? 0) + cpuNs);
  }
  return sampled;
}

/** One thread after another, each for so long, with a pause between them. */
function requests(lengthNs: number, eachNs: number, pauseNs: number): Life[] {
  const lives: Life[] = [];
  for (let from = 5 * ms; from + eachNs < lengthNs; from += eachNs + pauseNs)
    lives.push({ osId: 100 + lives.length, from, to: from + eachNs, isPython: true });
  return lives;
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
const truth = (lives: readonly Life[]): number => sum(lives.map(({ from, to }) => to - from));
const main: Life = { osId: 1, from: -5e9, to: 1e12, isPython: true };

describe('a thread for each request', () => {
  test.each([1, 3, 8, 10, 40, 200].flatMap((each) => [1, 10].map((period) => [each, period] as const)))(
    'of %d ms, a tick in %d ms: all of their CPU time is there',
    (each, period) => {
      const lives = requests(4e9, each * ms, 0.3 * ms);
      const sampled = record([main, ...lives], 4e9, period * ms);
      const share = (sum(sampled.values()) - sampled.get(1)!) / truth(lives);
      expect(share).toBeGreaterThan(0.97);
      expect(share).toBeLessThan(1.001);
    },
  );

  test.each([1, 3, 8])('of %d ms that goes a while after its end: all of their CPU time is there', (each) => {
    const lives = requests(8e9, each * ms, 0.3 * ms).map((life) => ({ ...life, lingersNs: 2 * ms }));
    const sampled = record([main, ...lives], 8e9, 10 * ms);
    const share = (sum(sampled.values()) - sampled.get(1)!) / truth(lives);
    expect(share).toBeGreaterThan(0.99);
    expect(share).toBeLessThan(1.001);
  });

  test('two kinds get what each used', () => {
    const lives = requests(30e9, 4 * ms, 0.1 * ms).map((life) =>
      // Every third one is four times as long, and lies over those that follow.
      life.osId % 3 === 0 ? { ...life, to: life.from + 16 * ms } : life,
    );
    const sampled = record([main, ...lives], 30e9, 10 * ms);
    const long = lives.filter(({ osId }) => osId % 3 === 0);
    const got = sum(long.map(({ osId }) => sampled.get(osId) ?? 0));
    const all = sum(sampled.values()) - sampled.get(1)!;
    expect(Math.abs(got / all - truth(long) / truth(lives))).toBeLessThan(0.04);
  });

  test('gets nothing of what a library computes in threads of its own', () => {
    const lives = requests(10e9, 8 * ms, 1 * ms);
    const pool = [0, 1, 2].map((i) => ({ osId: 10 + i, from: -1e9, to: 6e9 + i * 1e9, isPython: false }));
    const sampled = record([main, ...pool, ...lives], 10e9, 10 * ms);
    // What the pool did between the last look at it and its end cannot be told from theirs.
    expect((sum(sampled.values()) - sampled.get(1)!) / truth(lives)).toBeLessThan(1.02);
  });
});

describe('of threads that have ended', () => {
  /** A process with so many sleepers, in which a thread after the other sleeps and ends. @returns what is remembered */
  const remember = (
    sleepers: number,
    ended: number,
  ): { most: number; account: CpuAccount; endedNs: number } => {
    const alive = new Set(Array.from({ length: sleepers }, (_, at) => at + 1));
    let endedNs = 0;
    const account = new CpuAccount(
      { ids: () => [...alive], totalNs: () => ms },
      { totalNs: () => sleepers * ms + endedNs },
    );
    account.begin();
    account.settle([], 0);
    let most = 0;
    for (let at = 1; at <= ended; at++) {
      const osId = sleepers + at;
      const clock = { totalNs: 2 * ms, onCpu: false };
      account.bear({ osId, clock, bornNs: at * ms, cpuNs: 0 }, at * ms);
      // Nobody is on a processor when it is asked.
      account.settle([{ osId, clock, bornNs: at * ms, cpuNs: 0 }], at * ms);
      account.forget({ osId, clock });
      endedNs += clock.totalNs;
      most = Math.max(most, account.size);
    }
    return { most, account, endedNs };
  };

  test.each([3, 255, 300, 3000])(
    'no more are remembered than live beside %d sleepers, and some',
    (sleepers) => {
      expect(remember(sleepers, 50_000).most).toBeLessThanOrEqual(Math.max(1024, 2 * (sleepers + 1)) + 1);
    },
  );

  test('the time is known all the same: nobody gets it anew', () => {
    const { account } = remember(3, 50_000);
    const heir = { osId: 9_999_999, clock: { totalNs: 0, onCpu: true }, bornNs: 50_001 * ms, cpuNs: 0 };
    account.bear(heir, 50_001 * ms);
    account.settle([heir], 50_010 * ms);
    expect(heir.cpuNs).toBe(0);
  });
});

describe('an id that is given to another thread', () => {
  /** Threads of each tick: id, CPU time, whether sampled. @returns what the samples have got, by tick */
  const run = (ticks: readonly (readonly (readonly [number, number, boolean])[])[], ended: number[]) => {
    let tick = 0;
    const account = new CpuAccount(
      {
        ids: () => ticks[tick]!.map(([id]) => id),
        totalNs: (id) => ticks[tick]!.find(([other]) => other === id)?.[1] ?? null,
      },
      { totalNs: () => ended[tick]! + ticks[tick]!.reduce((sum, [, ns]) => sum + ns, 0) },
    );
    account.begin();
    const tracks = new Map<number, AccountedThread & { clock: { totalNs: number; onCpu: boolean } }>();
    return ticks.map((threads, at) => {
      tick = at;
      const nowNs = (at + 1) * 10 * ms;
      for (const [id, totalNs, isSampled] of threads) {
        if (!isSampled) continue;
        const known = tracks.get(id);
        const clock = { totalNs, onCpu: true };
        const isSame = known !== undefined && known.clock.totalNs <= totalNs;
        const cpuNs = isSame ? totalNs - known.clock.totalNs : 0;
        const track = { osId: id, clock, cpuNs, bornNs: isSame ? known.bornNs : nowNs };
        if (known !== undefined && !isSame) account.forget(known);
        tracks.set(id, track);
        if (!isSame) account.bear(track, nowNs);
      }
      const sampled = threads.filter(([, , isSampled]) => isSampled).map(([id]) => tracks.get(id)!);
      account.settle(sampled, nowNs);
      return sum(sampled.map(({ cpuNs }) => cpuNs));
    });
  };

  test('is told of once, whether the new one has a sample or not', () => {
    const got = run(
      [
        [],
        [[7, 8 * ms, true]],
        [[7, 2 * ms, true]],
        [
          [7, 1 * ms, false],
          [8, 1 * ms, true],
        ],
      ],
      [0, 0, 8 * ms, 10 * ms],
    );
    expect(got).toEqual([0, 8 * ms, 2 * ms, 1 * ms]);
  });
});

describe('a thread that has no sample as yet', () => {
  const processClock = { totalNs: () => null };
  const bear = (
    totalNs: number,
    nowNs: number,
    prepare: (account: CpuAccount) => void = () => {},
  ): number => {
    const account = new CpuAccount({ ids: () => [1], totalNs: () => null }, processClock);
    account.begin();
    account.settle([], nowNs - 10 * ms);
    prepare(account);
    const thread = { osId: 7, clock: { totalNs, onCpu: true }, bornNs: nowNs, cpuNs: 0 };
    account.bear(thread, nowNs);
    return thread.cpuNs;
  };

  test('has what it used since it was born', () => expect(bear(4 * ms, 1e9)).toBe(4 * ms));

  test('has nothing of what a thread of C did before Python knew it', () => expect(bear(2e9, 5e9)).toBe(0));

  test('has what was used since the one before, where it is the same thread of the system', () =>
    expect(
      bear(9 * ms, 1e9, (account) => account.forget({ osId: 7, clock: { totalNs: 6 * ms, onCpu: true } })),
    ).toBe(3 * ms));

  test('has its own, where the id was another one’s before', () =>
    expect(
      bear(2 * ms, 1e9, (account) => account.forget({ osId: 7, clock: { totalNs: 6e9, onCpu: true } })),
    ).toBe(2 * ms));
});
