/**
 * Part 5: bytes per sample, of the finished file and all that is in it, on real workloads with four threads. All
 * profilers watch the same run at the same time.
 */
import { statSync } from 'node:fs';
import { Child, lastLines, run } from '../child.js';
import { targetCommand } from '../pythons.js';
import { figure } from '../table.js';

export const name = 'size';

/** A client stops after so many requests, whatever the time. */
const mostRequests = 2_000_000;

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const seconds = context.quick ? 4 : 30;
  const rows = context.table(
    'Bytes per sample of the finished file, four threads',
    'Python',
    'workload',
    'Hz',
    'seconds',
    'profiler',
    'samples',
    'bytes',
    'bytes a sample',
  );
  for (const { minor, workload } of await cases(context))
    for (const rate of [100, 1000])
      await context.attempt(`${workload} at ${rate} Hz on ${minor}`, async () => {
        const profilers = passive(context, minor);
        rows.push(...(await watch(context, { minor, workload, rate, seconds, profilers })));
      });
  const [minor] = context.mainMinors;
  const alone = context.profilers.filter((profiler) => profiler.name === 'pyspy');
  if (context.hours > 0 && minor !== undefined)
    for (const rate of [100, 1000])
      await context.attempt(`web for ${context.hours} h at ${rate} Hz on ${minor}`, async () => {
        const long = { minor, workload: 'web', rate, seconds: context.hours * 3600, profilers: alone };
        rows.push(...(await watch(context, long)));
      });
}

/** @param {import('../context.js').Context} context */
async function cases(context) {
  const [minor] = context.mainMinors;
  const list = [];
  if (minor !== undefined) {
    const withNumpy = await findNumpy(context);
    if (withNumpy === null)
      context.missing('numpy: no interpreter has it; the numerical workload is plain Python');
    list.push({ minor, workload: 'web' }, { minor: withNumpy ?? minor, workload: 'numeric' });
    list.push({ minor, workload: 'suite' });
  }
  if (!context.quick) list.push(...context.ownMinors.map((own) => ({ minor: own, workload: 'suite' })));
  return list;
}

/** The newest version with numpy that the other profilers read. @param {import('../context.js').Context} context */
async function findNumpy({ pythons }) {
  for (const minor of ['3.13', '3.12', '3.11', '3.10', '3.9']) {
    const python = pythons.get(minor);
    if (python === undefined) continue;
    if ((await run([python.path, '-s', '-c', 'import numpy'])).status === 0) return minor;
  }
  return null;
}

/** Those that can watch one process together: a profiler that pauses it would spoil the run of the others. */
function passive(/** @type {import('../context.js').Context} */ context, /** @type {string} */ minor) {
  return context.profilersFor(minor).filter((profiler) => profiler.name !== 'py-spy');
}

/**
 * @param {import('../context.js').Context} context
 * @param {{ minor: string, workload: string, rate: number, seconds: number,
 *   profilers: readonly import('../profilers.js').Profiler[] }} watched
 */
async function watch(context, { minor, workload, rate, seconds, profilers }) {
  const python = context.python(minor);
  if (python === null) return [];
  const target = new Child(targetCommand(python, workload));
  /** @type {Child[]} */
  const others = [];
  try {
    const { value: ready } = await target.told('ready');
    if (workload === 'numeric') context.say(`numeric: ${ready}`);
    if (workload === 'web')
      others.push(
        new Child(targetCommand(python, 'client', `${ready}`, `${seconds + 30}`, `${mostRequests}`)),
      );
    const runs = profilers.map((profiler) => {
      const file = context.file('size');
      const child = new Child(profiler.command({ pid: target.pid, rate, seconds, file, compact: true }));
      others.push(child);
      return {
        profiler,
        file,
        ended: child.within(seconds * 1000 + (profiler.countsSamples ? 5_000 : 40_000)),
      };
    });
    /** @type {string[][]} */
    const rows = [];
    for (const { profiler, file, ended } of runs) {
      const outcome = await ended;
      await context.attempt(`${profiler.name} on ${workload} at ${rate} Hz, ${minor}`, async () => {
        const bytes = statSync(file, { throwIfNoEntry: false })?.size;
        if (bytes === undefined) throw new Error(`there is none: ${lastLines(outcome.stderr)}`);
        const samples = await profiler.countCompact(file, outcome);
        context.discard(file);
        if (samples === 0) throw new Error('it has no samples');
        const key = `size/${minor}/${workload}/${rate}/${profiler.name}`;
        context.note(`${key}/bytes`, bytes / samples);
        context.note(`${key}/seconds`, seconds);
        rows.push([
          ...[minor, workload, `${rate}`, `${seconds}`, profiler.name],
          ...[`${samples}`, `${bytes}`, figure(bytes / samples)],
        ]);
      });
    }
    return rows;
  } finally {
    for (const child of [...others, target]) await child.kill();
  }
}
