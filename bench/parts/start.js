/**
 * Part 6: how long a profiler takes to begin, from its start to its first sample, what it has of the first moments of a
 * program, and what memory it holds after a while of watching a real one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, residentBytes } from '../child.js';
import { measureFirstSecond, measureRequests, measureShares } from '../first-moments.js';
import { readCounts } from '../formats/trace.js';
import { record } from '../profilers.js';
import { targetCommand } from '../pythons.js';
import { median, slope } from '../statistics.js';
import { figure } from '../table.js';

export const name = 'start';

/** @param {import('../context.js').Context} context */
export async function measure(context) {
  const [minor] = context.mainMinors;
  const python = minor === undefined ? null : context.python(minor);
  if (minor === undefined || python === null) return;
  await measureShares(context, python);
  await measureFirstSecond(context, python);
  await measureRequests(context, python);
  const target = new Child(targetCommand(python, 'suite'));
  try {
    await target.told('ready');
    await measureStart(context, minor, target.pid);
    await measureMemory(context, minor, target.pid);
  } finally {
    await target.kill();
  }
}

/** @param {import('../context.js').Context} context @param {string} minor @param {number} pid */
async function measureStart(context, minor, pid) {
  const rows = context.table(
    'Start-up, medians in ms (1 kHz, attached for 1 s)',
    'profiler',
    'beside its second',
    'start to first sample',
    'attached to first sample',
  );
  for (const profiler of context.profilersFor(minor))
    await context.attempt(`start-up of ${profiler.name}`, async () => {
      const [around, first, attached] = [
        /** @type {number[]} */ ([]),
        /** @type {number[]} */ ([]),
        /** @type {number[]} */ ([]),
      ];
      for (let round = 0; round < (context.quick ? 2 : 7); round++) {
        const file = context.file('start');
        const before = Date.now();
        const outcome = await record(profiler, { pid, rate: 1000, seconds: 1, file });
        around.push(outcome.wallMs - 1000);
        if (profiler.name === 'pyspy') {
          const { startedMs, firstTickMs } = await readCounts(file);
          first.push(firstTickMs - before);
          attached.push(firstTickMs - startedMs);
        }
        context.discard(file);
      }
      context.note(`start/${profiler.name}/around_ms`, median(around));
      if (first.length > 0) {
        context.note(`start/${profiler.name}/first_sample_ms`, median(first));
        context.note(`start/${profiler.name}/attach_ms`, median(attached));
      }
      // Only a trace says when its samples were taken.
      const times = first.length > 0 ? [figure(median(first)), figure(median(attached))] : ['–', '–'];
      rows.push([profiler.name, figure(median(around)), ...times]);
    });
}

/** @param {import('../context.js').Context} context @param {string} minor @param {number} pid */
async function measureMemory(context, minor, pid) {
  const seconds = context.quick ? 30 : 600;
  const rows = context.table(
    'Resident memory in MB (1 kHz, four threads)',
    'profiler',
    'after seconds',
    'at the end',
    'at most',
    'growth a minute, last two thirds',
  );
  const profilers = context.profilersFor(minor).filter(({ name }) => name !== 'py-spy');
  // All at once: they share the machine, not their memory.
  const watched = profilers.map((profiler) => {
    const file = context.file('memory');
    const command = profiler.command({ pid, rate: 1000, seconds, file, compact: true });
    return { profiler, file, child: new Child(command), points: /** @type {[number, number][]} */ ([]) };
  });
  context.say(`memory over ${seconds} s`);
  try {
    const began = performance.now();
    // Ends before they do, so that writing the file at the end is not taken for it.
    for (let at = 1; at < seconds - 1; at += Math.max(1, seconds / 200)) {
      await sleep(Math.max(0, began + at * 1000 - performance.now()));
      for (const { child, points } of watched) {
        const resident = child.outcome === null ? residentBytes(child.pid) : null;
        if (resident !== null) points.push([at, resident]);
      }
    }
  } finally {
    for (const { child, file } of watched) {
      child.signal('SIGINT');
      await child.within(5_000);
      context.discard(file);
    }
  }
  for (const { profiler, points } of watched) {
    const last = points.at(-1);
    if (last === undefined || last[0] < seconds * 0.8) {
      context.missing(`memory of ${profiler.name}: it ended early`);
      continue;
    }
    const settled = points.filter(([at]) => at > seconds / 3);
    const growth = slope(settled) * 60;
    const peak = Math.max(...points.map(([, bytes]) => bytes));
    context.note(`memory/${profiler.name}/bytes`, last[1]);
    context.note(`memory/${profiler.name}/growth`, growth);
    context.note(`memory/${profiler.name}/seconds`, seconds);
    const row = [last[1], peak, growth].map((bytes) => figure(bytes / 1e6));
    rows.push([profiler.name, `${seconds}`, ...row]);
  }
}
