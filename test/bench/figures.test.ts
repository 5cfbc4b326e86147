/** The benchmark's sums, its judgement of stacks and goals, and its report. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { floorRanges } from '../../bench/floor.js';
import { judgeGoals } from '../../bench/goals.js';
import { parseOptions } from '../../bench/options.js';
import { reportText, withFigures } from '../../bench/report.js';
import { createJudge, leafCounts } from '../../bench/stacks.js';
import { chanceDistance, dependence, median, slope, totalVariation } from '../../bench/statistics.js';
import { figure, markdownTable, percent, textTable } from '../../bench/table.js';

test('median, slope and distance', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow();
  expect(
    slope([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
  ).toBeCloseTo(2, 12);
  expect(() =>
    slope([
      [1, 1],
      [1, 2],
    ]),
  ).toThrow();
  const even = new Map([
    ['a', 50],
    ['b', 50],
  ]);
  expect(
    totalVariation(
      even,
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    ),
  ).toBe(0);
  expect(
    totalVariation(
      even,
      new Map([
        ['a', 3],
        ['c', 1],
      ]),
    ),
  ).toBeCloseTo(0.5, 12);
  expect(totalVariation(even, new Map())).toBe(1);
});

test('the distance by chance is that of real samples of one distribution', () => {
  // A small generator with a fixed seed, so that the test always sees the same samples.
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const shares = [0.5, 0.3, 0.15, 0.05];
  const sample = (n: number) => {
    const counts = new Map(shares.map((_, at) => [String(at), 0]));
    for (let i = 0; i < n; i++) {
      let at = 0;
      for (let left = random() - shares[0]!; left >= 0 && at < shares.length - 1; left -= shares[at]!) at++;
      counts.set(String(at), counts.get(String(at))! + 1);
    }
    return counts;
  };
  const expected = chanceDistance(new Map(shares.map((share, at) => [String(at), share])), 1000, 500);
  let sum = 0;
  for (let round = 0; round < 200; round++) sum += totalVariation(sample(1000), sample(500));
  expect(sum / 200 / expected).toBeGreaterThan(0.9);
  expect(sum / 200 / expected).toBeLessThan(1.1);
  expect(dependence(new Map([['a', 100]]), new Map([['b', 100]]))).toBeGreaterThan(10);
  expect(
    dependence(
      new Map([
        ['a', 50],
        ['b', 50],
      ]),
      new Map([
        ['a', 50],
        ['b', 50],
      ]),
    ),
  ).toBe(1);
});

test('a stack can be if it is the beginning of a whole one', () => {
  const judge = createJudge([
    ['root', 'a1', 'a2'],
    ['root', 'b1', 'b2'],
  ]);
  expect(judge.isPossible(['<module>', 'root', 'a1', 'a2'])).toBe(true);
  expect(judge.isPossible(['Thread.run', 'root'])).toBe(true);
  expect(judge.isPossible(['root', 'generators.<locals>.b1', 'b2', 'sleep'])).toBe(true);
  expect(judge.isPossible(['root', 'a1', 'b2'])).toBe(false);
  expect(judge.isPossible(['a1', 'a2'])).toBe(false);
  expect(judge.isPossible(['<module>'])).toBe(false);
  // Nothing is said of what a marker stands for, but of both sides of it.
  expect(judge.isPossible(['root', '<torn>', 'a2'])).toBe(true);
  expect(judge.isPossible(['<torn>', 'b1'])).toBe(true);
  expect(judge.isPossible(['root', 'a2', '<torn>', 'b1'])).toBe(false);
  expect(judge.isPossible(['root', '<torn>', 'a1', 'b2'])).toBe(false);
  expect(judge.isComplete([['root', 'b1']])).toBe(true);
  expect(judge.isComplete([['root'], ['<module>']])).toBe(false);
  expect(judge.isComplete([])).toBe(false);
  const sample = { thread: '1', count: 3, torn: false };
  const counts = leafCounts(
    [
      { ...sample, names: ['root', 'a1', 'len'] },
      { ...sample, names: ['root', 'a1'] },
    ],
    judge,
  );
  expect([...counts]).toEqual([['a1', 6]]);
});

test('goals: met, not met, and not measured are told apart', () => {
  const none = judgeGoals({});
  expect(none.map(({ verdict }) => verdict)).toEqual(none.map(() => 'not measured'));
  const cost = (name: string, ...us: number[]) =>
    Object.fromEntries(
      us.map((value, at) => [
        `cost/${['3.9', '3.12', '3.13'][at >> 1]}/${at % 2 === 0 ? 12 : 23}/1/one/1000/${name}/us`,
        value,
      ]),
    );
  const some = judgeGoals({
    ...cost('pyspy', 20, 20, 20, 20, 20, 20),
    ...cost('py-spy --nonblocking', 500, 500, 500, 500, 500, 150),
    ...cost('floor', 15, 15, 15, 15, 15, 14),
    ...cost('austin', 50),
    'rate/3.13/pyspy/hz': 20_000,
    'truth/3.13/flat/pyspy/impossible': 0.0001,
    'truth/3.9/deep/pyspy/impossible': 0.0003,
    'truth/3.13/flat/pyspy/samples': 30_000,
    'truth/3.9/deep/pyspy/samples': 20_000,
    'size/3.13/web/100/pyspy/bytes': 2,
    'size/3.13/web/100/pyspy/seconds': 40,
    'memory/pyspy/bytes': 90e6,
    'memory/pyspy/growth': 1e6,
    'memory/pyspy/seconds': 600,
  });
  const of = (goal: string) => some.find((verdict) => verdict.goal.startsWith(goal))!;
  expect(of('at most 1/10')).toMatchObject({
    verdict: 'not met',
    measured: expect.stringMatching(/^(1\/25\.0, ){5}1\/7\.50; the floor (1\/33\.3, ){5}1\/10\.7$/),
  });
  expect(of('at most 1.5 ×')).toMatchObject({
    verdict: 'met',
    measured: '1.33 ×, 1.33 ×, 1.33 ×, 1.33 ×, 1.33 ×, 1.43 ×',
  });
  expect(of('below Austin')).toMatchObject({
    verdict: 'not measured',
    measured: '1/2.50; the floor 1/3.33; no ratio to austin',
  });
  expect(of('≥ 5 kHz').verdict).toBe('met');
  expect(of('≤ 0.02 %').verdict).toBe('not met');
  const few = judgeGoals({ 'truth/3.13/flat/pyspy/impossible': 0, 'truth/3.13/flat/pyspy/samples': 900 });
  expect(few.find(({ goal }) => goal === '≤ 0.02 %')?.verdict).toBe('not measured');
  const calls = judgeGoals({
    ...{ 'calls/3.12/tree/100/samples': 30_000, 'calls/3.12/logs/100/samples': 10_000 },
    ...{ 'calls/3.12/tree/100/impossible': 0.0001, 'calls/3.12/logs/100/impossible': 0.0009 },
    ...{ 'calls/3.12/tree/100/torn': 0.004, 'calls/3.12/logs/100/torn': 0 },
  }).filter(({ what }) => what.endsWith('all programs'));
  expect(calls.map(({ goal, verdict }) => `${goal} ${verdict}`)).toEqual(['≤ 0.02 % not met', '≤ 0.5 % met']);
  const distance = (value: number, chance: number) =>
    judgeGoals({ 'truth/3.13/deep/pyspy/distance': value, 'truth/3.13/deep/pyspy/chance': chance }).find(
      (verdict) => verdict.what.startsWith('distance'),
    );
  expect(distance(0.015, 0.01)?.verdict).toBe('met');
  expect(distance(0.025, 0.01)?.verdict).toBe('not measured');
  expect(distance(0.035, 0.01)?.verdict).toBe('not met');
  // A short run says nothing about an hour.
  expect(of('≤ 2.5').verdict).toBe('not measured');
  // 60 MB an hour on top of 90 is not flat.
  expect(of('≤ 100 MB').verdict).toBe('not met');
});

test('the floor reads what sleeps not at all, and more for deeper stacks', () => {
  expect(floorRanges('3.13', 23, 0)).toEqual(['1:8', '1:600']);
  const bytes = (ranges: string[]) =>
    ranges.reduce((sum, range) => sum + range.split(':').reduce((a, b) => a * Number(b), 1), 0);
  expect(bytes(floorRanges('3.13', 1002, 1))).toBeGreaterThan(bytes(floorRanges('3.13', 23, 1)) * 20);
  expect(bytes(floorRanges('3.9', 23, 2))).toBeGreaterThan(bytes(floorRanges('3.9', 23, 1)) * 1.9);
});

test('options', () => {
  const parts = ['cost', 'size'];
  expect(parseOptions([], parts)).toMatchObject({ parts, quick: false, hours: 0 });
  expect(parseOptions(['--only', 'size', '--quick', '--hours', '0.5'], parts)).toMatchObject({
    parts: ['size'],
    quick: true,
    hours: 0.5,
  });
  expect(() => parseOptions(['--only', 'speed'], parts)).toThrow('the parts are cost, size');
  expect(() => parseOptions(['--hours', 'x'], parts)).toThrow('from 0 to 1.5');
  expect(() => parseOptions(['--fast'], parts)).toThrow();
});

test('tables and figures', () => {
  expect([0, 0.00001, 0.0123, 1.234, 12.34, 1234.5, Number.NaN, undefined].map(figure)).toEqual([
    '0.000',
    '1.0e-5',
    '0.012',
    '1.23',
    '12.3',
    '1235',
    '–',
    '–',
  ]);
  expect(percent(0.0421)).toBe('4.21 %');
  const table = {
    title: 'T',
    columns: ['a', 'b'],
    rows: [
      ['x', '1'],
      ['long', '22'],
    ],
  };
  expect(textTable(table)).toBe('T\na      b\nx      1\nlong  22');
  expect(markdownTable(table)).toBe('**T**\n\n| a | b |\n|---|--:|\n| x | 1 |\n| long | 22 |');
});

test('the page about performance has a place for the figures of a report', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const report = {
    machine: {
      date: '2026-01-02T03:04:05Z',
      cpu: 'a CPU',
      cpus: 2,
      memory_bytes: 2 ** 33,
      kernel: '6.1',
      node: 'v20',
      load: 0,
    },
    quick: true,
    parts: ['cost'],
    seconds: 61,
    profilers: [{ name: 'pyspy', version: '0.1.0' }],
    pythons: [{ minor: '3.13', version: '3.13.0' }],
    missing: ['austin: not on the PATH'],
    goals: judgeGoals({}),
    tables: [{ title: 'Costs', columns: ['profiler', 'µs'], rows: [['pyspy', '20']] }],
    measures: {},
  };
  const filled = withFigures(page, report);
  expect(filled).toContain('| pyspy | 20 |');
  expect(filled).toContain('- austin: not on the PATH');
  expect(withFigures(filled, report)).toBe(filled);
  expect(reportText(report)).toContain('  austin: not on the PATH');
  expect(() => withFigures('nothing', report)).toThrow('no place for figures');
});
