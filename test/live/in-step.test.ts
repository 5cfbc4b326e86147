/** A program in step with the sampler has its true share in every output, and the same in all of them. */
import { expect, test } from 'vitest';
import { describeOnePython } from '../support/each-python.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { ask, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import { commandOf } from '../support/targets.js';

/** Share of `slow` in what both functions have. */
const shareOf = (slow: number, fast: number) => (100 * slow) / (slow + fast);

/** The share in each output, in percent, by what shows it. */
async function readShares(trace: string): Promise<Record<string, number>> {
  const stdout = async (...args: string[]) => (await pyspyWell(...args)).stdout;
  const shares: Record<string, number> = {};
  const { rows } = await ask('top', trace, '--limit', '0');
  const self = (name: string) => rows.find((row) => row.function === name)!.self_s;
  shares.top = shareOf(self('slow'), self('fast'));

  const query = `SELECT function AS name, sum(wall_s) AS s FROM sample JOIN frame USING (frame_id)
    WHERE function IN ('slow', 'fast') AND NOT idle GROUP BY function`;
  const answer = JSON.parse(await stdout('sql', trace, query, '--json'));
  const inSql = (name: string) => answer.rows.find((row: { name: string }) => row.name === name).s;
  shares.sql = shareOf(inSql('slow'), inSql('fast'));

  const scope = JSON.parse(await stdout('export', trace, '-f', 'speedscope', '--names', '-o', '-'));
  const inScope = { slow: 0, fast: 0 } as Record<string, number>;
  for (const { samples, weights } of scope.profiles)
    for (const [at, stack] of samples.entries()) {
      const name = scope.shared.frames[stack.at(-1)]?.name;
      if (name in inScope) inScope[name] = inScope[name]! + weights[at];
    }
  shares.speedscope = shareOf(inScope.slow!, inScope.fast!);

  const folded = await stdout('export', trace, '-f', 'folded', '--names', '-o', '-');
  const counted = (name: string) =>
    [...folded.matchAll(new RegExp(`;${name} (\\d+)$`, 'gm'))].reduce((all, [, n]) => all + Number(n), 0);
  shares.folded = shareOf(counted('slow'), counted('fast'));

  // Of what is drawn, as text.
  const svg = await stdout('flame', trace, '-o', '-');
  const drawn = (name: string) =>
    [...svg.matchAll(new RegExp(`<title>${name}\\b[^<]*?([\\d.]+) ?%`, 'g'))].reduce(
      (all, [, p]) => all + Number(p),
      0,
    );
  shares.flame = shareOf(drawn('slow'), drawn('fast'));

  const diff = JSON.parse(await stdout('diff', trace, trace, '--json', '--force', '--metric', 'share'));
  const inDiff = (name: string) =>
    diff.rows.find((row: { function: string }) => row.function === name).a_self_pct;
  shares.diff = shareOf(inDiff('slow'), inDiff('fast'));
  return shares;
}

describeOnePython('70 % of each cycle in one function', (python) => {
  test.for([
    [100, 0.01, 12],
    [1_000, 0.001, 4],
  ] as const)(
    'at %i Hz, in cycles of %d s',
    measured(async ([rate, cycle, seconds]: readonly [number, number, number]) => {
      const trace = traceName();
      const command = await commandOf(python, 'in_step.py', String(cycle), String(seconds));
      const recorder = startPyspy(['record', '--rate', String(rate), '-o', trace, '--', ...command]);
      expect((await recorder.exited).status).toBe(0);
      const share = await recorder.told<number>('share');
      // By its own clock: what a busy machine makes late is added to the first part.
      expectFigure('by its own clock', share, { above: 60, below: 98 });
      const { folded, ...shares } = await readShares(trace);
      // Some 1,200 samples of which each finds it anywhere in its cycle: a standard error of 1.3 points.
      for (const [output, shown] of Object.entries(shares)) {
        expectNear(output, shown, share, 4);
        expect(Math.abs(shown - shares.top!), output).toBeLessThan(0.2);
      }
      expectNear('folded', folded!, share, 5);
    }),
  );
});
