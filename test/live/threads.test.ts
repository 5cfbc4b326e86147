/** Threads as they come, go, change their names, run, sleep and hold the GIL. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { canCompile, compileLibrary } from '../support/compiled.js';
import { until } from '../support/conditions.js';
import { describeEachPython, describeEachPythonAtOnce } from '../support/each-python.js';
import { expectFigure, expectNear, measured } from '../support/figures.js';
import { ask, dumpThreads, pyspyWell, startPyspy, traceName, window } from '../support/pyspy.js';
import { scoped } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow, readSamples, zeroOf } from '../support/trace-view.js';

type Ids = [number, number | null];

describeEachPythonAtOnce('threads', (python) => {
  test(
    'go on when the main one has ended: attached to before and after, and recorded to the end of the process',
    scoped(async () => {
      const target = await startTarget(python, 'headless.py');
      const [before, after] = [traceName(), traceName()];
      const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', before]);
      await until('it is being recorded', () => (infoNow(before)?.samples ?? 0) > 20);
      target.tell('end');
      await until('the main thread is a zombie', () =>
        /\) Z /.test(readFileSync(`/proc/${target.pid}/stat`, 'utf8')),
      );
      // A dump of one moment can be torn just where the worker asks whether it is over.
      await until('its worker is shown', async () =>
        (await dumpThreads(target.pid)).some(({ frames }) =>
          frames.some(({ function: name }) => name === 'work'),
        ),
      );
      const late = startPyspy(['record', '--pid', String(target.pid), '-o', after]);
      await until('it is being recorded again', () => (infoNow(after)?.samples ?? 0) > 20);
      target.tell('over');
      expect(await recorder.exited).toMatchObject({ status: 0 });
      expect(await late.exited).toMatchObject({ status: 0 });
      for (const trace of [before, after]) {
        const [info, top] = await Promise.all([ask('info', trace), ask('top', trace)]);
        expect(info).toMatchObject({
          recordings: [{ end_reason: 'target-exited' }],
          processes: [{ pid: target.pid }],
        });
        expect(info.processes).toHaveLength(1);
        expect(top.rows[0]).toMatchObject({ function: 'work' });
      }
    }),
  );

  test(
    'stand for their process where their id is given as a pid',
    scoped(async () => {
      const target = await startTarget(python, 'headless.py');
      const thread = readdirSync(`/proc/${target.pid}/task`)
        .map(Number)
        .find((id) => id !== target.pid)!;
      const { stdout, stderr } = await pyspyWell('dump', '--pid', String(thread));
      expect(stderr).toBe(`pyspy: ${thread} is a thread of process ${target.pid}\n`);
      expect(stdout).toContain(`Process ${target.pid}: `);
    }),
  );

  // py-spy keeps the first name that a thread id had: 8 threads in turn are all "worker-0", and renames go unseen.
  test(
    'start, end and are renamed while they are recorded, each under its name of that time',
    scoped(async () => {
      const target = await startTarget(python, 'workers.py');
      const trace = traceName();
      target.tell('start early');
      const early = await target.told<Ids>('started early');
      const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace]);
      await until('the first thread is in the trace', () => nameOf(trace, early) === 'early');

      target.tell('rename early früh-大');
      target.tell('start guest');
      const guest = await target.told<Ids>('started guest');
      await until('both are in the trace', () => nameOf(trace, early) === 'früh-大' && nameOf(trace, guest));
      target.tell('end guest');
      await target.told('ended guest');
      // Its identity, often its very thread state and stack, are given to the next.
      target.tell('start heir');
      const heir = await target.told<Ids>('started heir');
      await until('the last one is in the trace', () => nameOf(trace, heir) === 'heir');
      recorder.kill('SIGINT');
      expect(await recorder.exited).toMatchObject({ status: 0 });

      const [info, byThread] = await Promise.all([
        ask('info', trace),
        ask('top', trace, '--by', 'thread', '--idle', '--limit', '100'),
      ]);
      expect(info.errors).toBe(0);
      expect(info.threads.map(({ pid }) => pid)).toEqual(info.threads.map(() => target.pid));
      expect(info.threads.find(({ os_thread_id }) => os_thread_id === target.pid)?.name).toBe('MainThread');
      for (const [id, native] of [early, guest, heir])
        expect(info.threads).toContainEqual(
          expect.objectContaining({ thread_id: id, os_thread_id: native ?? expect.any(Number) }),
        );
      expect(info.threads.find((thread) => thread.name === 'früh-大')?.names).toMatchObject([
        { name: 'early' },
        { name: 'früh-大' },
      ]);
      // Every name has its own time: "guest" had ended before "heir" began.
      const shown = byThread.rows.map(({ thread }) => thread?.name);
      expect(shown.sort()).toEqual(['MainThread', 'early', 'früh-大', 'guest', 'heir'].sort());
      const samples = readSamples(trace);
      const numbers = (name: string): number[] => {
        const index = info.threads.findIndex((thread) => thread.name === name);
        return samples.filter((sample) => sample.thread === index + 1).map((sample) => sample.atNs);
      };
      expect(Math.max(...numbers('guest'))).toBeLessThan(Math.min(...numbers('heir')));
    }),
  );
});

/** Distinct stays of threads in a trace: one ends where a tick has no sample of its thread. */
function countStays(trace: string, osIds: ReadonlyMap<number, number>): Map<number, number> {
  const lastTick = new Map<number, number>();
  const stays = new Map<number, number>();
  const samples = readSamples(trace);
  const ticks = new Map(
    [...new Set(samples.map(({ atNs }) => atNs))].sort((a, b) => a - b).map((at, i) => [at, i]),
  );
  for (const { atNs, thread } of samples.toSorted((a, b) => a.atNs - b.atNs)) {
    const osId = osIds.get(thread)!;
    const tick = ticks.get(atNs)!;
    if (lastTick.get(osId) !== tick - 1) stays.set(osId, (stays.get(osId) ?? 0) + 1);
    lastTick.set(osId, tick);
  }
  return stays;
}

describeEachPythonAtOnce('threads of C', (python) => {
  test.skipIf(!canCompile)(
    'are a row each, however many thread states they have',
    scoped(async () => {
      const target = await startTarget(python, 'callbacks.py', await compileLibrary(python, 'callbacks.c'));
      const trace = traceName();
      const recorder = startPyspy(['record', '--pid', String(target.pid), '-o', trace, '--rate', '200']);
      await until('it is being recorded', () => (infoNow(trace)?.samples ?? 0) > 20);
      target.tell('begin');
      await until('the threads of C are in it', () => {
        const info = infoNow(trace);
        return info !== null && info.samples > 600 && info.threads.length > 1;
      });
      target.tell('enough');
      const [calls] = await Promise.all([target.told<number[]>('over'), recorder.exited]);
      expect(Math.min(...calls)).toBeGreaterThan(5);
      const info = await ask('info', trace);
      expect(info.errors).toBe(0);
      const osIds = info.threads.map(({ os_thread_id }) => os_thread_id);
      expect(osIds).toHaveLength(3);
      expect(new Set(osIds).size).toBe(3);
      // They came and went: what is one row now would have been many.
      const stays = countStays(trace, new Map(osIds.map((id, row) => [row + 1, id!])));
      for (const id of osIds) if (id !== target.pid) expect(stays.get(id!)).toBeGreaterThan(2);
      const { rows } = await ask('top', trace, '--by', 'thread', '--idle', '--limit', '0');
      expect(rows).toHaveLength(3);
      await pyspyWell('verify', trace);
    }),
  );
});

describeEachPython('threads', (python) => {
  // py-spy wakes sleepers by stopping them: one was active in 23 of 200 samples, and in 199 of 200 on 3.10 and before
  // where it does not pause.
  test(
    'run, sleep, hold the GIL, and use as much CPU time as they say themselves',
    measured(async () => {
      const target = await startTarget(python, 'states.py');
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--duration', '1.5s', '-o', trace);
      const dumped = await dumpThreads(target.pid);
      target.tell('enough');
      const marks = await target.told<Record<'spin' | 'half', [number, number][]>>('marks');

      const sleeper = dumped.find(({ name }) => name === 'sleep')!;
      expect(sleeper).toMatchObject({ status: 'idle', gil: python.freeThreaded ? null : false });
      // Exactly those that compute were ever anything else.
      expect(dumped.filter(({ gil }) => gil).length).toBeLessThanOrEqual(1);

      const info = await ask('info', trace);
      const idOf = (name: string): number => info.threads.findIndex((thread) => thread.name === name) + 1;
      const samples = readSamples(trace);
      const of = (name: string) => samples.filter(({ thread }) => thread === idOf(name));
      const share = (name: string, bit: number): number =>
        of(name).filter(({ flags }) => flags & bit).length / of(name).length;
      expect(share('sleep', status.onCpu)).toBe(0);
      expect(share('sleep', status.gil)).toBe(0);
      expect(of('sleep').reduce((sum, { cpuNs }) => sum + cpuNs, 0)).toBe(0);
      expectFigure('spin, on a CPU', share('spin', status.onCpu), { above: 0.3 });
      const holding = share('spin', status.gil) + share('half', status.gil);
      if (python.freeThreaded) expect(holding).toBe(0);
      else expectFigure('held GIL', holding, { above: 0.8 });
      // There is one GIL, or none.
      const holders = new Map<number, number>();
      for (const sample of samples)
        if (sample.flags & status.gil) holders.set(sample.atNs, (holders.get(sample.atNs) ?? 0) + 1);
      expect(Math.max(0, ...holders.values())).toBe(python.freeThreaded ? 0 : 1);

      const zero = zeroOf(trace);
      for (const name of ['spin', 'half'] as const) {
        const inside = marks[name].filter(([at]) => at > zero + 0.05e9 && at < zero + 1.45e9);
        const [first, last] = [inside[0]!, inside.at(-1)!];
        const own = (last[1] - first[1]) / 1e9;
        const seen = await ask(
          'top',
          trace,
          ...['--by', 'thread', '--cpu', '--idle'],
          ...window((first[0] - zero) / 1e9, (last[0] - zero) / 1e9),
        );
        const cpu = seen.rows.find(({ thread }) => thread?.name === name)?.total_s ?? 0;
        // A tick of CPU time more or less at either end, beside the 10 %.
        expectNear(`${name}, in s by its own clock`, cpu, own, 0.1 * own + 0.02);
      }
    }),
  );
});

/** Name of a thread in a trace that is being written: of the last one, where its own number is not known. */
function nameOf(trace: string, [id, native]: Ids): string | null | undefined {
  return infoNow(trace)?.threads.findLast(
    (thread) => thread.thread_id === id && (native === null || thread.os_thread_id === native),
  )?.name;
}
