/**
 * Part 2: what the target loses. It does a fixed amount of work and times itself, in turn alone and profiled, and the
 * loss is the median over such pairs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../child.js';
import { targetCommand } from '../pythons.js';
import { median } from '../statistics.js';
import { percent } from '../table.js';

export const name = 'overhead';

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const { quick } = context;
  const [pairs, workSeconds] = quick ? [2, 0.5] : [3, 1];
  const rows = context.table(
    'What the target loses: longer run time of the same work',
    'Python',
    'idle threads',
    'Hz',
    'profiler',
    'loss',
    'lowest to highest',
  );
  for (const minor of [...context.mainMinors, ...(quick ? [] : context.ownMinors)])
    for (const idle of [0, 150]) {
      const python = context.python(minor);
      if (python === null) continue;
      const target = new Child(targetCommand(python, 'work', `${workSeconds}`, `${idle}`));
      try {
        let { next } = await target.told('ready');
        const work = async () => {
          target.tell('again');
          const said = await target.told('took', { from: next, timeoutMs: workSeconds * 60_000 });
          next = said.next;
          return Number(said.value);
        };
        await work();
        for (const rate of quick || context.ownMinors.includes(minor) ? [1000] : [100, 1000, 10_000])
          for (const profiler of context.profilersFor(minor))
            await context.attempt(
              `${profiler.name} at ${rate} Hz on ${minor}, ${idle} idle threads`,
              async () => {
                const losses = [];
                for (let pair = 0; pair < pairs; pair++) {
                  const alone = pair % 2 === 0 ? await work() : 0;
                  const profiled = await watched(context, profiler, target.pid, rate, work);
                  losses.push(profiled / (alone || (await work())) - 1);
                }
                const middle = median(losses);
                context.note(`overhead/${minor}/${idle}/${rate}/${profiler.name}`, middle);
                rows.push([
                  ...[minor, `${idle}`, `${rate}`, profiler.name, percent(middle)],
                  `${percent(Math.min(...losses))} to ${percent(Math.max(...losses))}`,
                ]);
              },
            );
      } finally {
        await target.kill();
      }
    }
}

/**
 * Time of the work while a profiler looks on.
 * @param {import('../context.js').Context} context
 * @param {import('../profilers.js').Profiler} profiler
 * @param {number} pid
 * @param {number} rate
 * @param {() => Promise<number>} work
 */
async function watched(context, profiler, pid, rate, work) {
  const file = context.file('overhead');
  const child = new Child(profiler.command({ pid, rate, seconds: 300, file }));
  try {
    // A start-up is no loss of the target.
    const began = performance.now();
    while (profiler.hasBegun !== null && child.outcome === null && !profiler.hasBegun(file, child.stdout)) {
      if (performance.now() - began > 30_000) throw new Error(`${profiler.name} does not begin`);
      await sleep(20);
    }
    await sleep(profiler.hasBegun === null ? 2000 : 500);
    if (child.outcome !== null)
      throw new Error(`${profiler.name} ended at once: ${child.stderr.slice(-200)}`);
    const took = await work();
    if (child.outcome !== null) throw new Error(`${profiler.name} ended early: ${child.stderr.slice(-200)}`);
    return took;
  } finally {
    child.signal('SIGINT');
    await child.within(10_000);
    context.discard(file);
  }
}
