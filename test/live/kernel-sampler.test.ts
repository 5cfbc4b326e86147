/** Stacks that the kernel copies in an interrupt: each is one that the program can have. And what is said where it may not. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countCalls } from '../../bench/calls.js';
import { Child } from '../../bench/child.js';
import { readSamples } from '../../bench/formats/trace.js';
import { targetCommand } from '../../bench/pythons.js';
import { currentPlatform } from '../../src/platform/index.js';
import { Interner } from '../../src/record/code/interner.js';
import { InterruptSource } from '../../src/record/interrupts/interrupt-source.js';
import { attach } from '../../src/record/processes/attach.js';
import { ProcessSampler } from '../../src/record/sampling/process-sampler.js';
import { standalone } from '../../src/record/threads/sampler-context.js';
import { describeEachPython, describeOnePython } from '../support/each-python.js';
import { refusal, whyNotCopied } from '../support/kernel-sampler.js';
import { ask, pyspyWell, startBehind, traceName } from '../support/pyspy.js';
import { atEnd } from '../support/scope.js';

/** Programs whose stacks change as quickly as they are read. */
const programs = ['genlines', 'classes', 'pipeline'];

/** Copies that are judged of each; where no processor is free for the program, they do not come. */
const copies = { wanted: 60, withinMs: 3_000 };

/** None was wrong of 80,000. Two of 60 would be a fault. */
const mostWrong = 1;

const canGiveUp = process.getuid!() === 0 && spawnSync('setpriv', ['--version']).status === 0;

describeEachPython(
  'stacks copied by the kernel',
  (python) => {
    test.skipIf(refusal !== null).for(programs)(
      `of %s are possible${whyNotCopied}`,
      async (program, { skip }) => {
        const target = new Child(targetCommand(python, 'calls', program));
        atEnd(() => target.kill());
        const { value: edges } = await target.told('edges');
        const source = new InterruptSource(currentPlatform());
        const interner = new Interner();
        const sampler = new ProcessSampler({
          ...standalone(),
          ...{ target: await attach(target.pid), processId: 1, platform: currentPlatform(), interner },
          openInterrupts: (layout) => source.open(layout),
        });
        atEnd(() => {
          sampler.close();
          source.close();
        });
        const seen = new Map<number, number>();
        const until = performance.now() + copies.withinMs;
        const interrupts = sampler.interrupts!;
        while (interrupts.copied < copies.wanted && performance.now() < until) {
          const { copied } = interrupts;
          const sample = (_thread: number, stack: number): void => {
            if (interrupts.copied > copied) seen.set(stack, (seen.get(stack) ?? 0) + 1);
          };
          expect(sampler.tick(performance.now() * 1e6, { sample, leave: () => {} })).toBe('sampled');
          await sleep(1);
        }
        if (interrupts.copied === 0) skip('no processor was free for the program whenever it was asked');
        const found = countCalls(samplesOf(interner, seen), edges);
        expect(found.samples).toBe(interrupts.copied);
        const wrong = found.impossible + found.misplaced;
        expect(wrong, [...found.examples.keys()].join('\n')).toBeLessThanOrEqual(mostWrong);
        expect(found.torn).toBe(0);
      },
    );
  },
  ['3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14', '3.15'],
);

/** Stacks by id, as calls are judged: from the outermost frame on. */
function samplesOf(interner: Interner, counts: ReadonlyMap<number, number>) {
  const rows = interner.takeRows();
  const text = new Map(rows.strings.map(({ id, text }) => [id, text]));
  const byId = <Row extends { readonly id: number }>(list: readonly Row[]) =>
    new Map(list.map((row) => [row.id, row]));
  const [functions, frames, stacks] = [byId(rows.functions), byId(rows.frames), byId(rows.stacks)];
  return [...counts].map(([id, count]) => {
    const found = [];
    for (let row = stacks.get(id); row; row = stacks.get(row.parent ?? 0)) {
      const frame = frames.get(row.frame)!;
      const { kind, name, file, firstLine } = functions.get(frame.function)!;
      found.unshift({
        function: { kind, name: text.get(name!)!, file: text.get(file!)!, firstLine },
        line: frame.line,
      });
    }
    return { frames: found as never, count, torn: false };
  });
}

describeOnePython('a recording with --sampler', (python) => {
  test.skipIf(refusal !== null)(`kernel says so, and so does its trace${whyNotCopied}`, async () => {
    const target = new Child(targetCommand(python, 'calls', 'classes'));
    atEnd(() => target.kill());
    const { value: edges } = await target.told('edges');
    const trace = traceName();
    const recording = ['record', '--pid', `${target.pid}`, '--rate', '500', '--duration', '1s', '-o', trace];
    const { stderr } = await pyspyWell(...recording, '--sampler', 'kernel');
    expect(stderr).toContain(
      'pyspy: stacks of running threads are copied in an interrupt (sampler: kernel)\n',
    );
    expect(stderr).toMatch(/^the kernel copied \d+ of \d+ stacks of running threads/m);
    expect((await ask('info', trace)).recordings[0]!.sampler).toBe('kernel');
    const found = countCalls(await readSamples(trace), edges);
    expect(found.impossible + found.misplaced).toBeLessThanOrEqual(Math.max(1, found.samples * 0.01));
    expect((await pyspyWell(...recording, '-f', '--sampler', 'auto')).stderr).toContain('(sampler: kernel)');
  });

  test.skipIf(!canGiveUp)(
    'kernel goes on with memory where it is not allowed, and says what is missing (needs root and setpriv, to give rights up)',
    async () => {
      const target = new Child(targetCommand(python, 'calls', 'classes'));
      atEnd(() => target.kill());
      await target.told('edges');
      const trace = traceName();
      const record = async (sampler: string) => {
        // CAP_PERFMON and CAP_BPF by number: older programs do not know their names.
        const rights = ['setpriv', '--bounding-set', '-sys_admin,-cap_38,-cap_39'];
        const child = startBehind(rights, [
          ...['record', '--pid', `${target.pid}`, '--duration', '0.3s', '-f', '-o', trace],
          ...['--sampler', sampler],
        ]);
        const { status, stderr } = await child.exited;
        expect([status, stderr]).toEqual([0, expect.any(String)]);
        return stderr;
      };
      expect(await record('kernel')).toMatch(
        /^pyspy: --sampler kernel is not possible here: .+, so stacks are read from memory; .+$/m,
      );
      expect((await ask('info', trace)).recordings[0]!.sampler).toBe('memory');
      const told = await record('auto');
      expect(told).toContain('pyspy: stacks are read from memory (sampler: memory)\n');
      expect(told).not.toContain('not possible');
      expect(await record('memory')).not.toContain('sampler');
    },
  );
});
