/**
 * Facts that other profilers get wrong, one test each, where a process is needed and no other file has it. What they
 * answer was measured with py-spy 0.4.2 and Austin 3.7. test/other-profilers.test.ts lists all of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, type TestContext, test } from 'vitest';
import { status } from '../../src/format/vocabulary.js';
import { readThreadIds } from '../../src/platform/linux/proc.js';
import { processStatus, until } from '../support/conditions.js';
import { describeOnePython } from '../support/each-python.js';
import { expectFigure, measured } from '../support/figures.js';
import { ask, dumpThreads, pyspyWell, startPyspy, traceName } from '../support/pyspy.js';
import { findSupportedPythons, type Python } from '../support/pythons.js';
import { atEnd } from '../support/scope.js';
import { startTarget } from '../support/targets.js';
import { infoNow, readSamples } from '../support/trace-view.js';
import { expectThreads, type ThreadTruth } from '../support/truth.js';

const pythons = findSupportedPythons();

/** One test with the first interpreter of each of some versions. */
function testMinors(
  title: string,
  minors: readonly string[],
  body: (python: Python) => Promise<unknown>,
): void {
  for (const minor of minors) {
    const python = pythons.find((found) => found.minor === minor);
    if (python === undefined) test.skip(`${title}: no CPython ${minor} was found`, () => {});
    else
      test(
        `${title}: CPython ${python.title}`,
        measured((_context: TestContext) => body(python)),
      );
  }
}

// py-spy takes the entry that ends at the instruction for the one that covers it: line 10 of such a call where 6 is
// true, on 3.13; 14 where 13 is true, on 3.12.
testMinors(
  'a call over several lines is at the line that the interpreter says',
  ['3.11', '3.12', '3.13'],
  async (python) => {
    const target = await startTarget(python, 'shapes.py');
    const truth = await target.told<ThreadTruth[]>('threads');
    const calls = truth.filter(({ frames }) => frames.some(([name]) => /^(multi_line|chained)/.test(name)));
    expect(calls.length).toBe(5);
    expectThreads(await dumpThreads(target.pid), calls);
  },
);

// py-spy shows "key", "of_class", "static": which class they belong to is not known.
testMinors('functions carry their qualified names', ['3.11', '3.14'], async (python) => {
  const target = await startTarget(python, 'shapes.py');
  await target.told('threads');
  const methods = (await dumpThreads(target.pid)).find(({ name }) => name === 'methods');
  expect(methods?.frames.slice(0, 6).map((frame) => frame.function)).toEqual([
    ...['block', 'Outer.Inner.key', 'Outer.Inner.__call__', 'Outer.Inner.value', 'Outer.Inner.of_class'],
    'Outer.Inner.static',
  ]);
});

// py-spy gives up beyond 4,096 frames: it does not attach, says something else, and loses all threads of the sample.
testMinors(
  'a recursion of 50,000 frames is there from its innermost to its outermost frame',
  ['3.6', '3.10', '3.12', '3.14'],
  async (python) => {
    const target = await startTarget(python, 'recursion.py', '50000');
    const threads = await dumpThreads(target.pid);
    const { frames, failed, torn } = threads.find(({ name }) => name === 'deep')!;
    expect({ failed, torn }).toEqual({ failed: false, torn: false });
    const names = frames.map((frame) => frame.function);
    expect(names.filter((name) => name === 'recurse').length).toBe(50_001);
    expect(names[0]).toBe('bottom');
    expect(names.slice(50_002, 50_004)).toEqual(['outermost', expect.stringMatching(/run$/)]);
    expect(threads.find(({ os_thread_id }) => os_thread_id === target.pid)?.frames.length).toBe(1);
  },
);

describeOnePython('a program that forks', (python) => {
  // py-spy's Chrome trace of a program with subprocesses takes threads of parent and child for one, since their thread
  // ids are equal: 679 of 2,738 events have no partner.
  test('has two processes whose threads are not mistaken for each other', async () => {
    const target = await startTarget(python, 'forker.py');
    const [child, id] = await target.told<[number, number]>('child');
    atEnd(() => process.kill(child, 'SIGKILL'));
    expect(await target.told('parent')).toEqual([target.pid, id]);
    for (const [pid, place] of [
      [target.pid, 'in_parent'],
      [child, 'in_child'],
    ] as const)
      expect(await dumpThreads(pid)).toMatchObject([
        { thread_id: id, os_thread_id: pid, frames: [{ function: 'rest' }, { function: place }, {}] },
      ]);
  });
});

describeOnePython('a recorder that is held up', (python) => {
  const heldUpS = 0.6;

  /** A recording of 2 s at 100 Hz, of a program that computes all the time, with a stop of the recorder in between. */
  async function recordHeldUp(): Promise<string> {
    const target = await startTarget(python, 'share.py');
    const trace = traceName();
    const args = ['record', '--pid', String(target.pid), '--duration', '2s', '-o', trace];
    const recorder = startPyspy(args);
    await until('it records', () => (infoNow(trace)?.samples ?? 0) > 20);
    recorder.kill('SIGSTOP');
    const since = performance.now();
    await until('it has stood still for a while', () => performance.now() - since > heldUpS * 1000);
    recorder.kill('SIGCONT');
    expect(await recorder.exited).toMatchObject({ status: 0 });
    return trace;
  }

  // py-spy counts samples instead of time, and takes those that it missed one after the other: "-d 2" took 12.2 s.
  test(
    'skips late ticks, counts them, and ends by the wall clock',
    measured(async () => {
      const info = await ask('info', await recordHeldUp());
      expect(info.duration_s).toBeGreaterThanOrEqual(2);
      expectFigure('duration', info.duration_s, { below: 3 });
      expectFigure('missed', info.missed, { above: heldUpS * 100 - 10 });
      expectFigure('ticks', info.ticks, { below: info.duration_s * 100 - heldUpS * 100 + 10 });
    }),
  );

  // py-spy has no times: each sample counts as 1 / rate, so that a run of 3.7 s becomes 1.1 s in speedscope.
  test(
    'real time is kept, and what nobody saw is a gap and belongs to no function',
    measured(async () => {
      const trace = await recordHeldUp();
      const [info, top] = await Promise.all([ask('info', trace), ask('top', trace, '--idle')]);
      // A busy machine can make more gaps than the one that was meant.
      const inGaps = info.gaps.reduce((sum, { from_s, to_s }) => sum + to_s - from_s, 0);
      expectFigure('in gaps', inGaps, { above: heldUpS - 0.3 });
      expectFigure('shown', top.total_s, { below: info.duration_s - heldUpS + 0.1 });
      expectFigure('shown and gaps', top.total_s + inGaps, { below: info.duration_s + 0.1 });
      // One thread, all the time: a tick stands for a period or for more, never for less.
      expectFigure('shown', top.total_s, { above: (info.ticks / 100) * 0.8 });
      await pyspyWell('export', trace, '--format', 'speedscope', '-o', `${trace}.json`);
      const { profiles } = JSON.parse(readFileSync(`${trace}.json`, 'utf8'));
      // The picture over time is as long as the recording.
      const { startValue, endValue } = profiles[0];
      expectFigure('length', endValue - startValue, { above: info.duration_s - 0.1 });
    }),
  );
});

describeOnePython('a program with 150 idle threads', (python) => {
  // py-spy stops every thread at every sample: 1.8 s of work become 16.9 s at 100 Hz. It is the pausing that costs.
  test('is never stopped or traced, and all threads get their samples', async () => {
    const target = await startTarget(python, 'crowd.py', '150');
    const trace = traceName();
    const args = ['record', '--pid', String(target.pid), '--duration', '1.5s', '-o', trace];
    const recorder = startPyspy(args);
    const states = new Set<string>();
    const tracers = new Set<string | null>();
    await until('it ends', () => {
      for (const thread of readThreadIds(target.pid)) {
        const text = readFileSync(`/proc/${target.pid}/task/${thread}/stat`, 'utf8');
        states.add(text.slice(text.lastIndexOf(')') + 2)[0]!);
      }
      tracers.add(processStatus(target.pid, 'TracerPid'));
      return recorder.outcome;
    });
    expect(recorder.outcome).toMatchObject({ status: 0 });
    // "t" is stopped by a tracer, "T" by a signal.
    expect([...states].filter((state) => !/[RSD]/.test(state))).toEqual([]);
    expect([...tracers]).toEqual(['0']);
    const info = await ask('info', trace);
    expect(info.errors).toBe(0);
    const counts = new Map<number, number>();
    for (const { thread } of readSamples(trace)) counts.set(thread, (counts.get(thread) ?? 0) + 1);
    expect(counts.size).toBe(151);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(info.ticks - 1);
  });
});

describeOnePython('a program whose functions have misleading names', (python) => {
  // py-spy takes a thread in "wait" of a threading.py for idle, whatever it does.
  test(
    'is idle where the operating system says so',
    measured(async () => {
      const target = await startTarget(python, 'names_lie.py');
      const trace = traceName();
      await pyspyWell('record', '--pid', String(target.pid), '--duration', '1s', '-o', trace);
      const info = await ask('info', trace);
      const samples = readSamples(trace);
      const share = (name: string): number => {
        const id = info.threads.findIndex((thread) => thread.name === name) + 1;
        const own = samples.filter(({ thread }) => thread === id);
        expectFigure(name, own.length, { above: 20 });
        return own.filter(({ flags }) => flags & status.onCpu).length / own.length;
      };
      expectFigure('busy', share('busy'), { above: 0.5 });
      expect(share('asleep')).toBe(0);
    }),
  );
});

describe('a program that alternates between two chains of calls', () => {
  // On 3.13, py-spy --nonblocking showed 29.9 % of stacks with functions of both, Austin 28.9 %, none of them marked.
  testMinors('has no stack of both that is not marked as torn', ['3.9', '3.13'], async (python) => {
    const target = await startTarget(python, 'chains.py');
    const trace = traceName();
    const args = ['record', '--pid', String(target.pid), '--rate', '1000', '--duration', '1.5s', '-o', trace];
    await pyspyWell(...args);
    const samples = readSamples(trace);
    expectFigure('samples', samples.length, { above: 300 });
    const impossible = samples.filter(({ functions, flags }) => {
      const sides = new Set(functions.map((name) => /^(left|right)_/.exec(name)?.[1]));
      return sides.has('left') && sides.has('right') && !(flags & status.torn);
    });
    // The same words can come back between two copies: some in ten thousand.
    expectFigure('impossible', impossible.length / samples.length, { below: 0.005 });
  });
});
