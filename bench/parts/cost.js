/**
 * Part 1: CPU time of the whole profiler process for one tick, all threads. Start-up is not in it: each is run for a
 * short and for a long time, and the cost is the slope, more CPU time over more ticks.
 */
import { Child } from '../child.js';
import { compileFloor, runFloor } from '../floor.js';
import { record } from '../profilers.js';
import { targetCommand } from '../pythons.js';
import { figure } from '../table.js';

export const name = 'cost';

/** The first of the list. */
const goalCases = 7;

/** @typedef {{ minor: string, depth: number, threads: number, running: string, rate: number }} Case */

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const list = cases(context);
  const { path: floor, missing } = await compileFloor(context.scratch);
  if (missing !== null) context.missing(missing);
  const rows = context.table(
    'CPU time of the whole profiler process for one tick, all threads',
    'Python',
    'depth',
    'threads',
    'running',
    'Hz',
    'profiler',
    'µs a tick',
    '% of a core',
    'start-up ms',
  );
  for (const test of list) {
    const python = context.python(test.minor);
    if (python === null) continue;
    const { minor, depth, threads, running, rate } = test;
    const target = new Child(targetCommand(python, 'depth', `${depth}`, `${threads}`, running));
    try {
      await target.told('ready');
      const label = [minor, `${depth}`, `${threads}`, running, `${rate}`];
      for (const profiler of context.profilersFor(minor)) {
        const look = async (/** @type {number} */ seconds) => {
          const file = context.file('cost');
          const outcome = await record(profiler, { pid: target.pid, rate, seconds, file });
          const ticks = await profiler.ticks(file, outcome);
          context.discard(file);
          return { cpuUs: outcome.cpuUs, wallMs: outcome.wallMs, ticks };
        };
        await context.attempt(`${profiler.name} on ${label.join(' ')}`, async () => {
          rows.push(
            add(context, test, profiler.name, await difference(look, lengths(context, list.indexOf(test)))),
          );
        });
      }
      if (floor === null) continue;
      const active = running === 'idle' ? 0 : running === 'one' ? 1 : threads;
      const look = (/** @type {number} */ seconds) =>
        runFloor(floor, { pid: target.pid, minor, depth, running: active, rate, seconds });
      await context.attempt(`the floor on ${label.join(' ')}`, async () => {
        rows.push(add(context, test, 'floor', await difference(look, lengths(context, list.indexOf(test)))));
      });
    } finally {
      await target.kill();
    }
  }
}

/** @param {import('../context.js').Context} context @returns {Case[]} */
function cases({ quick, ownMinors }) {
  /** @type {Case[]} */
  const list = [];
  const add = (/** @type {string} */ minor, /** @type {Partial<Case>} */ test = {}) =>
    list.push({ minor, depth: 23, threads: 1, running: 'one', rate: 1000, ...test });
  for (const minor of ['3.9', '3.12', '3.13']) for (const depth of [12, 23]) add(minor, { depth });
  add('3.13', { threads: 10, rate: 100 });
  for (const minor of ownMinors) add(minor);
  if (quick) return list;
  for (const minor of ['3.9', '3.13']) {
    for (const depth of [112, 1002]) add(minor, { depth });
    add(minor, { threads: 150 });
  }
  for (const running of ['one', 'idle']) add('3.13', { threads: 30, running });
  for (const threads of [1, 150]) add('3.13', { threads, running: 'idle' });
  add('3.13', { threads: 30, running: 'all' });
  return list;
}

/**
 * How long the two runs are, in seconds. What V8 compiles in the first seconds is start-up, so the cases that goals are
 * about begin after that.
 * @param {import('../context.js').Context} context
 * @param {number} index
 * @returns {[number, number]}
 */
function lengths({ quick }, index) {
  if (quick) return [1, 3];
  return index < goalCases ? [6, 18] : [1, 3];
}

/**
 * @param {(seconds: number) => Promise<{ cpuUs: number, wallMs: number, ticks: number }>} look
 * @param {[number, number]} lengths in seconds
 */
async function difference(look, [short, long]) {
  const a = await look(short);
  const b = await look(long);
  if (b.ticks - a.ticks < 10)
    throw new Error(`too busy a machine: ${b.ticks} ticks in ${long} s, ${a.ticks} in ${short} s`);
  const perLookUs = (b.cpuUs - a.cpuUs) / (b.ticks - a.ticks);
  return {
    perLookUs,
    share: (b.cpuUs - a.cpuUs) / ((b.wallMs - a.wallMs) * 1000),
    startUs: a.cpuUs - perLookUs * a.ticks,
  };
}

/**
 * @param {import('../context.js').Context} context
 * @param {Case} test
 * @param {string} profiler
 * @param {{ perLookUs: number, share: number, startUs: number }} found
 */
function add(context, { minor, depth, threads, running, rate }, profiler, { perLookUs, share, startUs }) {
  const key = [minor, depth, threads, running, rate, profiler].join('/');
  context.note(`cost/${key}/us`, perLookUs);
  context.note(`cost/${key}/share`, share);
  context.note(`cost/${key}/start_ms`, startUs / 1000);
  return [
    ...[minor, `${depth}`, `${threads}`, running, `${rate}`, profiler],
    ...[figure(perLookUs), figure(share * 100), figure(startUs / 1000)],
  ];
}
