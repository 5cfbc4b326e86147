/** The other profilers' files, as they write them, and what the benchmark makes of them. */
import { expect, test } from 'vitest';
import { countTicks, parseAustin, parsePySpy, parseTachyon } from '../../bench/formats/folded.js';
import { countMojoStacks } from '../../bench/formats/mojo.js';
import { countSpeedscopeSamples } from '../../bench/formats/speedscope.js';

test("py-spy's raw format: thread, functions with their places, count", () => {
  const text =
    'thread (0x7F1234): MainThread;<module> (app.py:8);C.run (my (old) lib/app.py:6) 120\n' +
    'thread (0x7F5678): worker;idle (app.py:2) 118\n';
  expect(parsePySpy(text)).toEqual([
    {
      thread: 'thread (0x7F1234): MainThread',
      names: ['<module>', 'C.run'],
      count: 120,
      torn: false,
    },
    { thread: 'thread (0x7F5678): worker', names: ['idle'], count: 118, torn: false },
  ]);
  expect(countTicks(parsePySpy(text))).toBe(120);
});

test("Austin's text: one line a sample, metadata left out, invalid frames marked", () => {
  const text =
    '# austin: 3.7.0\n# interval: 1000\n\n' +
    'P43;T0:44;/lib/a:b.py:C.run:1012;/t.py:idle:2 1746\n' +
    'P43;T0:44;/t.py:idle:2;:INVALID: 990\n' +
    'P43;T0:43;/t.py:<module>:8;:GC: 1000\n\n# duration: 2004591\n';
  expect(parseAustin(text)).toEqual([
    { thread: 'T0:44', names: ['C.run', 'idle'], count: 1, torn: false },
    { thread: 'T0:44', names: ['idle'], count: 1, torn: true },
    { thread: 'T0:43', names: ['<module>'], count: 1, torn: false },
  ]);
  expect(countTicks(parseAustin(text))).toBe(2);
});

test("CPython's own collapsed stacks", () => {
  const text = 'tid:4785;t.py:<module>:8;t.py:leaf:5;<GC> 200\ntid:4794;threading.py:Thread.run:1160 201\n';
  expect(parseTachyon(text)).toEqual([
    { thread: 'tid:4785', names: ['<module>', 'leaf', '<GC>'], count: 200, torn: false },
    { thread: 'tid:4794', names: ['Thread.run'], count: 201, torn: false },
  ]);
});

test('nothing and half a line are no samples', () => {
  for (const parse of [parsePySpy, parseAustin, parseTachyon]) {
    expect(parse('')).toEqual([]);
    expect(parse('tid')).toEqual([]);
  }
  expect(countTicks([])).toBe(0);
});

/** A MOJO file of version 3 with two stacks, as Austin 3.7 lays it out; integers have 6 bits in their first byte. */
const text = (value: string) => [...Buffer.from(`${value}\0`)];
const mojo = Uint8Array.from([
  ...[...Buffer.from('MOJ'), 3],
  ...[1, ...text('interval'), ...text('1000')],
  ...[2, 0xa8, 0x44, 0, ...text('114e')],
  ...[11, 0x8b, 1, ...text('app.py'), 11, 7, ...text('run')],
  ...[3, 0x92, 0x80, 1, 0x8b, 1, 7, 2, 2, 13, 28],
  ...[5, 0x92, 0x80, 1, 4, 7, 9, 0xab, 0xc7, 3],
  ...[2, 0xa8, 0x44, 0, ...text('114d'), 8, 6, ...text('do_syscall'), 10, 5, 12, 7],
]);

test('MOJO: every event is walked, stacks are counted', () => {
  expect(countMojoStacks(mojo)).toBe(2);
});

test('MOJO: a file that was cut counts up to there; what is none is refused', () => {
  for (let length = 4; length < mojo.length; length++)
    expect([0, 1, 2]).toContain(countMojoStacks(mojo.subarray(0, length)));
  expect(() => countMojoStacks(Uint8Array.from([1, 2, 3]))).toThrow('no MOJO file');
  expect(() => countMojoStacks(Uint8Array.from([...Buffer.from('MOJ'), 4]))).toThrow('version 4');
  expect(() => countMojoStacks(Uint8Array.from([...mojo, 99]))).toThrow('event 99');
});

test('speedscope: samples of all profiles', () => {
  const profiles = [{ samples: [[0], [0, 1]] }, { samples: [[2]] }];
  expect(countSpeedscopeSamples(JSON.stringify({ profiles }))).toBe(3);
  expect(() => countSpeedscopeSamples('{}')).toThrow('no speedscope file');
});
