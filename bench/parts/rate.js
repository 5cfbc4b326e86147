/**
 * Part 3: the highest rate that is held with under 1 % missed, on one busy thread, and what each samples in a second
 * when it is to go as fast as it can.
 */
import { Child } from '../child.js';
import { compileFloor, runFloor } from '../floor.js';
import { readCounts } from '../formats/trace.js';
import { record } from '../profilers.js';
import { targetCommand } from '../pythons.js';
import { figure, percent } from '../table.js';

export const name = 'rate';

const ladder = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 50_000, 70_000, 100_000];
const mostMissed = 0.01;

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const rows = context.table(
    `Highest rate held for ${secondsHeld(context)} s with under 1 % missed, one busy thread, depth 23`,
    ...['Python', 'profiler', 'Hz', 'missed at a step above'],
  );
  const flat = context.table('Flat out, the same program', 'Python', 'profiler', 'samples a second');
  const { path: floor, missing } = await compileFloor(context.scratch);
  if (missing !== null) context.missing(missing);
  for (const minor of [...context.mainMinors, ...(context.quick ? [] : context.ownMinors)]) {
    const python = context.python(minor);
    if (python === null) continue;
    const isMain = context.mainMinors.includes(minor);
    const held = (/** @type {string} */ of, /** @type {{ held: number, missed: string }} */ found) => {
      context.note(`rate/${minor}/${of}/hz`, found.held);
      rows.push([minor, of, found.held === 0 ? `under ${ladder[0]}` : `${found.held}`, found.missed]);
    };
    const ran = (/** @type {string} */ of, /** @type {number} */ perSecond) => {
      context.note(`flat/${minor}/${of}/per_s`, perSecond);
      flat.push([minor, of, figure(perSecond)]);
    };
    const target = new Child(targetCommand(python, 'depth', '23', '1', 'one'));
    const { pid } = target;
    try {
      await target.told('ready');
      for (const profiler of context.profilersFor(minor)) {
        if (isMain)
          await context.attempt(`highest rate of ${profiler.name} on ${minor}`, async () => {
            const startMs = await startUp(context, profiler, pid);
            const first = profiler.countsSamples ? 1000 : 5000;
            const share = (/** @type {number} */ rate) => missedShare(context, profiler, pid, rate, startMs);
            held(profiler.name, await search(context, first, share));
          });
        if (!profiler.flatOut) continue;
        await context.attempt(`${profiler.name} flat out on ${minor}`, async () =>
          ran(profiler.name, await flatOut(context, profiler, pid)),
        );
      }
      if (floor === null || !isMain) continue;
      const what = { pid, minor, depth: 23, running: 1, seconds: secondsHeld(context) };
      await context.attempt(`the floor on ${minor}`, async () => {
        const share = async (/** @type {number} */ rate) => {
          const { ticks, missed } = await runFloor(floor, { ...what, rate });
          return missed / Math.max(1, ticks + missed);
        };
        held('floor', await search(context, 5000, share));
        const { ticks, wallMs } = await runFloor(floor, { ...what, rate: 'max' });
        ran('floor', (ticks / wallMs) * 1000);
      });
    } finally {
      await target.kill();
    }
  }
}

/** @param {import('../context.js').Context} context */
function secondsHeld({ quick }) {
  return quick ? 3 : 10;
}

/**
 * Climbs the ladder from its middle until a step is not held, or down until one is. The last step that was held counts,
 * or the middle between it and the next.
 * @param {import('../context.js').Context} context
 * @param {number} first step to try
 * @param {(rate: number) => Promise<number>} missedAt the share of ticks that is missed at a rate
 */
async function search(context, first, missedAt) {
  let missed = '';
  const isHeld = async (/** @type {number} */ rate) => {
    const share = await missedAt(rate);
    if (share < mostMissed) return true;
    missed = `${percent(share)} at ${rate}`;
    return false;
  };
  let at = ladder.indexOf(first);
  if (await isHeld(first)) while (at + 1 < ladder.length && (await isHeld(ladder[at + 1] ?? 0))) at++;
  else
    do at--;
    while (at >= 0 && !(await isHeld(ladder[at] ?? 0)));
  const held = ladder[at] ?? 0;
  const between = Math.round((held + (ladder[at + 1] ?? held)) / 2);
  const isBetween = !context.quick && held > 0 && between > held && (await isHeld(between));
  return { held: isBetween ? between : held, missed };
}

/** Time that a profiler takes beside its sampling. */
async function startUp(
  /** @type {import('../context.js').Context} */ context,
  /** @type {import('../profilers.js').Profiler} */ profiler,
  /** @type {number} */ pid,
) {
  const outcome = await record(profiler, { pid, rate: 10, seconds: 1, file: context.file('start') });
  return Math.max(0, outcome.wallMs - 1000);
}

/**
 * @param {import('../context.js').Context} context
 * @param {import('../profilers.js').Profiler} profiler
 * @param {number} pid
 * @param {number} rate
 * @param {number} startMs
 */
async function missedShare(context, profiler, pid, rate, startMs) {
  const seconds = secondsHeld(context);
  const file = context.file('rate');
  const outcome = await record(profiler, { pid, rate, seconds, file });
  try {
    if (profiler.name === 'pyspy') {
      const { ticks, missed } = await readCounts(file);
      return missed / Math.max(1, ticks + missed);
    }
    // Those that count samples instead of time take longer when they are late.
    const took = Math.max(seconds, (outcome.wallMs - startMs) / 1000);
    return Math.max(0, 1 - (await profiler.ticks(file, outcome)) / (rate * took));
  } finally {
    context.discard(file);
  }
}

/** Samples a second: the slope between a short and a long run, so that no start-up is in it. */
async function flatOut(
  /** @type {import('../context.js').Context} */ context,
  /** @type {import('../profilers.js').Profiler} */ profiler,
  /** @type {number} */ pid,
) {
  const look = async (/** @type {number} */ seconds) => {
    const file = context.file('flat');
    const outcome = await record(profiler, { pid, rate: 'max', seconds, file });
    const ticks = await profiler.ticks(file, outcome);
    context.discard(file);
    return { ticks, wallMs: outcome.wallMs };
  };
  const a = await look(1);
  const b = await look(context.quick ? 3 : 6);
  if (b.ticks <= a.ticks || b.wallMs <= a.wallMs)
    throw new Error('the longer run has not more samples than the short one: the machine is too busy');
  return ((b.ticks - a.ticks) / (b.wallMs - a.wallMs)) * 1000;
}
