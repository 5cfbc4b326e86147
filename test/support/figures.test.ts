/** A test of figures is measured again where chance may have been, fails where it is no chance, and says so. */
import { expect, test } from 'vitest';
import { expectFigure, expectNear, measured } from './figures.js';
import { atEnd } from './scope.js';

/** How a test of such figures ends, whose truth is 10 give or take 1: how many it took, and what it says. */
async function judge(figures: readonly number[]) {
  let taken = 0;
  const ended: number[] = [];
  const context = { task: { meta: {} as { offFigures?: readonly string[] } } };
  const body = measured(async (_context: unknown) => {
    const at = taken++;
    atEnd(() => ended.push(at));
    expectNear('ten', figures[at]!, 10, 1);
  });
  const error: unknown = await body(context).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(ended).toEqual(Array.from({ length: taken }, (_, at) => at));
  return { taken, error: error instanceof Error ? error.message : error, off: context.task.meta.offFigures };
}

test('one recording within the limits decides', async () => {
  expect(await judge([10.5])).toEqual({ taken: 1, error: null, off: undefined });
});

test('three of five decide, and what was off is told', async () => {
  expect(await judge([12, 10, 10, 10])).toMatchObject({ taken: 4, error: null });
  const { taken, error, off } = await judge([12, 10, 8, 9, 10]);
  expect({ taken, error }).toEqual({ taken: 5, error: null });
  expect(off).toEqual([expect.stringContaining('ten: 12'), expect.stringContaining('ten: 8')]);
});

test('a lean fails, with what each recording had', async () => {
  const { taken, error } = await judge([12, 10, 12.5, 10, 13]);
  expect(taken).toBe(5);
  expect(error).toMatch(/ten: 12, .*ten: 12\.5, .*ten: 13, /);
  expect((await judge([12, 12, 12])).taken).toBe(3);
});

test('what is no figure fails at once: another fault, nothing where something has to be, no number', async () => {
  const fault = measured(async (_context: unknown) => expect(1).toBe(2));
  await expect(fault({})).rejects.toThrow('to be 2');
  for (const nothing of [0, undefined, Number.NaN])
    await expect(
      measured(async (_context: unknown) => expectFigure('time', nothing, { above: 0.5 }))({}),
    ).rejects.toThrow('there is nothing');
  expect((await judge([Number.NaN])).taken).toBe(1);
});
