/**
 * Part 4: how true the stacks are. Programs that go quickly from one chain of calls to another know which stacks can
 * occur: any other is impossible. And the functions' shares are compared with a reference that pauses the program for
 * each look, which is the benchmark's own doing.
 */
import { Child } from '../child.js';
import { readCounts } from '../formats/trace.js';
import { record } from '../profilers.js';
import { targetCommand } from '../pythons.js';
import { PausedReference } from '../reference.js';
import { createJudge, leafCounts } from '../stacks.js';
import { chanceDistance, dependence, totalVariation } from '../statistics.js';
import { figure, percent } from '../table.js';

export const name = 'truth';

const programs = ['flat', 'deep', 'generators', 'recursion', 'threads'];

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const { quick } = context;
  const [seconds, rate, referenceMs] = quick ? [2, 2000, 3_000] : [9, 5000, 20_000];
  const rows = context.table(
    'Stacks that cannot be, and the distance of the functions from a paused reference',
    'Python',
    'program',
    'profiler',
    'samples',
    'impossible',
    'marked',
    'distance',
    'by chance',
  );
  const all = context.mainMinors.map((minor) => ({ minor, programs }));
  const some = [...context.ownMinors, ...(quick || context.mainMinors.includes('3.9') ? [] : ['3.9'])];
  for (const { minor, programs: chosen } of [
    ...all,
    ...some.map((minor) => ({ minor, programs: programs.slice(0, quick ? 1 : 2) })),
  ])
    for (const program of chosen) {
      const python = context.python(minor);
      if (python === null) continue;
      const target = new Child(targetCommand(python, 'tear', program));
      try {
        const { value: stacks } = await target.told('stacks');
        const judge = createJudge(stacks);
        /** @type {Map<string, number>} */
        let reference = new Map();
        let factor = 1;
        await context.attempt(`paused reference of ${program} on ${minor}`, async () => {
          const seen = await (await PausedReference.open(target, judge)).take(referenceMs);
          reference = leafCounts(seen, judge);
          const half = seen.length >> 1;
          factor = dependence(leafCounts(seen.slice(0, half), judge), leafCounts(seen.slice(half), judge));
          const { impossible, samples } = countImpossible(seen, judge);
          context.note(`truth/${minor}/${program}/reference/impossible`, impossible / samples);
          rows.push([
            minor,
            program,
            'paused reference',
            `${samples}`,
            percent(impossible / samples),
            '–',
            '–',
            '–',
          ]);
        });
        for (const profiler of context.profilersFor(minor))
          await context.attempt(`${profiler.name} on ${program}, ${minor}`, async () => {
            const file = context.file('truth');
            await record(profiler, { pid: target.pid, rate, seconds, file });
            const seen = await profiler.samples(file);
            const failed = profiler.name === 'pyspy' ? (await readCounts(file)).failed : 0;
            context.discard(file);
            const { impossible, torn, samples } = countImpossible(seen, judge);
            if (samples === 0) throw new Error('it took no samples');
            const leaves = leafCounts(seen, judge);
            const distance = reference.size === 0 ? null : totalVariation(leaves, reference);
            const size = (/** @type {Map<string, number>} */ map) =>
              [...map.values()].reduce((a, b) => a + b, 0);
            const chance = Math.min(1, factor * chanceDistance(leaves, size(leaves), size(reference)));
            const key = `truth/${minor}/${program}/${profiler.name}`;
            context.note(`${key}/impossible`, impossible / samples);
            context.note(`${key}/samples`, samples);
            context.note(`${key}/torn`, torn / samples);
            if (distance !== null) {
              context.note(`${key}/distance`, distance);
              context.note(`${key}/chance`, chance);
            }
            rows.push([
              ...[minor, program, profiler.name, `${samples}`, percent(impossible / samples)],
              ...[percent((torn + failed) / samples), figure(distance), figure(chance)],
            ]);
          });
      } finally {
        await target.kill();
      }
    }
}

/**
 * What cannot be is counted in samples that are marked as torn, too: a marker in the stack stands for what is not certain.
 * @param {readonly import('../formats/folded.js').Sample[]} samples
 * @param {import('../stacks.js').Judge} judge
 */
function countImpossible(samples, judge) {
  let [impossible, torn, all] = [0, 0, 0];
  for (const sample of samples) {
    all += sample.count;
    if (sample.torn) torn += sample.count;
    if (!judge.isPossible(sample.names)) impossible += sample.count;
  }
  return { impossible, torn, samples: all };
}
