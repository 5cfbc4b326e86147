/** Which native frame runs which Python frames: by structures on the C stack, and by a register. */
import { describe, expect, test } from 'vitest';
import { layouts } from '../../../src/record/layouts/cpython.js';
import type { CodePlace } from '../../../src/record/native/code-places.js';
import { EvaluationLoop } from '../../../src/record/native/evaluation-loop.js';
import { mergeFrames } from '../../../src/record/native/merged-frames.js';
import type { NativeFrame } from '../../../src/record/native/native-stack.js';
import { findRuns } from '../../../src/record/native/python-runs.js';
import type { Sides } from '../../../src/record/native/sides.js';
import { Stack } from '../../../src/record/unwind/stack.js';
import { MadeStack, madeFrame, stackStart, x64 } from './made-stack.js';

const heap = 0x5500_0000_0000;
const at = (offset: number): number => stackStart + offset;

/** A walked stack: addresses innermost first; those on the C stack are the interpreter's own. */
function walked(...addresses: readonly number[]): Stack {
  const stack = new Stack();
  for (const address of addresses) {
    stack.meet(address);
    if (address < stackStart) stack.push(0x5000, 0, 0);
  }
  return stack;
}

/** A function that begins at an address and has a size. */
function code(start: number, size: number): CodePlace {
  return {
    file: {} as CodePlace['file'],
    bias: 0,
    start,
    rule: { start, end: start + size } as CodePlace['rule'],
  };
}

const loop = code(0x1000, 0x4000);
const other = code(0x8000, 0x100);

function sides(stack: Stack, frames: readonly NativeFrame[], copy: MadeStack, newest = 0): Sides {
  return { stack, native: { frames, end: 'start' }, copy, newest };
}

/** The same where native frames could be followed up to the second call of the loop only, the end of which is not known. */
function cut(whole: Sides): Sides {
  const known = whole.native.frames.slice(0, 4);
  const last = { ...known[3]!, end: Number.NaN };
  const isJit = { ...last, code: null };
  return { ...whole, native: { frames: [...known.slice(0, 3), isJit], end: 'unknown-code' } };
}

function runs(version: string, of: Sides, learned: readonly Sides[] = [of]) {
  const known = new EvaluationLoop(x64);
  for (const one of learned) known.learn(one);
  return findRuns(of, layouts.get(version)!, known);
}

/** C, the loop with two Python frames, C, the loop with one, C. */
const frames = [
  madeFrame(0, 0x40, other),
  madeFrame(0x40, 0x140, loop),
  madeFrame(0x140, 0x180, other),
  madeFrame(0x180, 0x280, loop),
  madeFrame(0x280, 0x300, other),
];
const expected = [
  { from: 0, to: 2, native: 1 },
  { from: 2, to: 3, native: 3 },
];

describe.each(['3.12', '3.13', '3.14', '3.15'])(
  'in %s, by the frames of the interpreter itself',
  (version) => {
    const { previous } = layouts.get(version)!.frame;
    const stack = walked(heap, heap + 0x100, at(0x100), heap + 0x200, at(0x200));
    const copied = (): MadeStack => {
      const copy = new MadeStack(1, 0x300);
      copy.put(0x100 + previous, heap + 0x200);
      return copy;
    };

    test('each run is where its frame lies', () => {
      expect(runs(version, sides(stack, frames, copied()))).toEqual(expected);
    });

    test('what is of another moment goes with nothing', () => {
      const changed = copied();
      changed.put(0x100 + previous, heap + 0x300);
      expect(runs(version, sides(stack, frames, changed))).toBeNull();
      // Between two frames of C.
      const astray = walked(heap, at(0x2f8 + 0x100), heap + 0x200);
      expect(runs(version, sides(astray, frames, copied()))).toBeNull();
    });

    test('Python frames behind the last run go with nothing', () => {
      expect(runs(version, sides(walked(heap, at(0x100), heap + 0x200), frames, copied()))).toBeNull();
    });
  },
);

describe('in 3.11, by the structure of each run', () => {
  const stack = walked(heap, heap + 0x100, heap + 0x200);
  /** In the thread state. */
  const root = heap + 0x9000;
  const copied = (next = heap + 0x200): MadeStack => {
    const copy = new MadeStack(1, 0x300);
    copy.put(0x100 + 8, heap);
    copy.put(0x100 + 16, at(0x200));
    copy.put(0x200 + 8, next);
    copy.put(0x200 + 16, root);
    return copy;
  };

  test('each run is where its structure lies', () => {
    expect(runs('3.11', sides(stack, frames, copied(), at(0x100)))).toEqual(expected);
  });

  test('where native frames end, the outer runs are missing', () => {
    expect(runs('3.11', cut(sides(stack, frames, copied(), at(0x100))))).toEqual(expected.slice(0, 1));
  });

  test('what is of another moment goes with nothing', () => {
    expect(runs('3.11', sides(stack, frames, copied(heap + 0x300), at(0x100)))).toBeNull();
    expect(runs('3.11', sides(walked(heap + 8), frames, copied(), at(0x100)))).toBeNull();
    expect(runs('3.11', sides(stack, frames, copied(), root))).toBeNull();
    const circle = copied();
    circle.put(0x200 + 16, at(0x100));
    expect(runs('3.11', sides(stack, frames, circle, at(0x100)))).toBeNull();
  });
});

describe.each(['2.7', '3.6', '3.9', '3.10'])('in %s, by a register of the evaluation loop', (version) => {
  const rbx = 3;
  const stack = walked(heap, heap + 0x100);
  const held = (first: number, second: number): NativeFrame[] => [
    madeFrame(0, 0x40, other),
    madeFrame(0x40, 0x140, loop, { [rbx]: first }),
    madeFrame(0x140, 0x180, other, { 12: first }),
    madeFrame(0x180, 0x280, loop, { [rbx]: second }),
    madeFrame(0x280, 0x300, other, { 12: second }),
  ];
  const copy = new MadeStack(1, 0x300);
  const each = [
    { from: 0, to: 1, native: 1 },
    { from: 1, to: 2, native: 3 },
  ];
  const good = sides(stack, held(heap, heap + 0x100), copy);

  test('each frame is where its address is held, and not where a caller holds it', () => {
    expect(runs(version, good)).toEqual(each);
  });

  test('the innermost may not have been saved, if others were seen', () => {
    expect(runs(version, sides(stack, held(Number.NaN, heap + 0x100), copy), [good])).toEqual(each);
    expect(runs(version, sides(stack, held(heap, Number.NaN), copy), [good])).toBeNull();
  });

  const last = [madeFrame(0x300, 0x400, loop, { [rbx]: heap + 0x100 })];

  test.each([heap, Number.NaN])(
    'a call that begins or ends still holds its caller’s frame, or none',
    (stale) => {
      const begins = sides(stack, [...held(stale, heap), ...last], copy);
      expect(runs(version, begins, [good])).toEqual(each.map((run) => ({ ...run, native: run.native + 2 })));
      const alone = sides(walked(heap), held(stale, heap), copy);
      expect(runs(version, alone, [good])).toEqual([{ from: 0, to: 1, native: 3 }]);
    },
  );

  test('where native frames end, the outer runs are missing', () => {
    const deep = sides(walked(heap, heap + 0x100, heap + 0x200), held(heap, heap + 0x100), copy);
    expect(runs(version, { ...deep, native: { ...deep.native, end: 'unknown-code' } }, [good])).toEqual(each);
    // One call alone may be one that begins, and run another frame than it holds.
    expect(runs(version, cut(good), [good])).toBeNull();
    expect(runs(version, cut(sides(stack, held(heap + 8, heap), copy)), [good])).toBeNull();
  });

  test('what is of another moment goes with nothing', () => {
    expect(runs(version, sides(stack, held(heap, heap + 0x200), copy), [good])).toBeNull();
    expect(runs(version, sides(stack, frames, copy), [])).toBeNull();
  });

  test('a large function that holds an address by chance is not taken for the loop', () => {
    const giant = madeFrame(0, 0x40, code(0x10_0000, 0x90_0000), { [rbx]: heap });
    const chance = sides(stack, [giant, ...held(heap, heap + 0x100).slice(1)], copy);
    expect(runs(version, chance, [chance, good, good])).toEqual(each);
  });
});

test('a thread without Python frames has no runs', () => {
  for (const version of ['3.9', '3.11', '3.12'])
    expect(runs(version, sides(walked(), frames, new MadeStack(1, 0x300)), [])).toEqual([]);
});

describe('one stack of both kinds', () => {
  const shown = (native: readonly NativeFrame[], of: typeof expected, depth: number) => {
    const { frames: merged, isCut } = mergeFrames({ frames: native, end: 'start' }, of, depth);
    const names = merged.map((either) =>
      'python' in either ? `python ${either.python}` : either.isLoop ? 'loop' : 'native',
    );
    return [names.join(), isCut];
  };

  test('has each run before the loop that runs it', () => {
    const all = 'native,python 0,python 1,loop,native,python 2,loop,native';
    expect(shown(frames, expected, 3)).toEqual([all, false]);
    expect(shown(frames, [], 0)).toEqual(['native,native,native,native,native', false]);
  });

  test('has Python frames without a run behind all native ones', () => {
    const inner = frames.slice(0, 3);
    expect(shown(inner, expected.slice(0, 1), 3)).toEqual([
      'native,python 0,python 1,loop,native,python 2',
      false,
    ]);
  });

  test('ends with its runs where the stack is another greenlet’s behind them', () => {
    expect(shown(frames, expected.slice(0, 1), 2)).toEqual(['native,python 0,python 1,loop', true]);
  });
});
