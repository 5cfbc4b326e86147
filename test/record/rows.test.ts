/** What the worker sends: dictionary rows, each once and before it is used; batches of runs; names of files. */
import { describe, expect, test } from 'vitest';
import { decodeBatch } from '../../src/format/codec/batch-decoder.js';
import { formatVersion, status } from '../../src/format/vocabulary.js';
import { BatchBuilder } from '../../src/record/batch/batch-builder.js';
import { packGathered } from '../../src/record/batch/gathered-batch.js';
import { type FunctionSource, Interner } from '../../src/record/code/interner.js';
import { createSchedule } from '../../src/record/schedule/schedule.js';
import { defaultOutputName } from '../../src/record/session/output-name.js';

const named = (
  ...[kind, name, qualname, file, firstLine]: readonly [number, string, string | null, string, number]
): FunctionSource => ({ kind, name, qualname, file, firstLine });

describe('the interner', () => {
  test('gives dense numbers from 1, the same for the same', () => {
    const interner = new Interner();
    expect(['a', 'b', 'a', ''].map((text) => interner.string(text))).toEqual([1, 2, 1, 3]);
    const first = interner.function(named(0, 'f', 'C.f', 'x.py', 3));
    expect(interner.function(named(0, 'f', 'C.f', 'x.py', 3))).toBe(first);
    const others = [
      interner.function(named(1, 'f', 'C.f', 'x.py', 3)),
      interner.function(named(0, 'g', 'C.f', 'x.py', 3)),
      interner.function(named(0, 'f', 'D.f', 'x.py', 3)),
      interner.function(named(0, 'f', null, 'x.py', 3)),
      interner.function(named(0, 'f', 'C.f', 'y.py', 3)),
      interner.function(named(0, 'f', 'C.f', 'x.py', 4)),
    ];
    expect([first, ...others]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([
      interner.frame(1, 10),
      interner.frame(1, 11),
      interner.frame(2, 10),
      interner.frame(1, 10),
    ]).toEqual([1, 2, 3, 1]);
  });

  test('hands every row out once, callers before callees', () => {
    const interner = new Interner();
    const frame = interner.frame(interner.function(named(0, 'f', null, 'x.py', 1)), 2);
    const root = interner.stack(0, frame);
    const leaf = interner.stack(root, frame);
    expect(interner.takeRows()).toEqual({
      strings: [
        { id: 1, text: 'f' },
        { id: 2, text: 'x.py' },
      ],
      functions: [{ id: 1, kind: 0, name: 1, qualname: null, file: 2, firstLine: 1 }],
      frames: [{ id: 1, function: 1, line: 2 }],
      stacks: [
        { id: root, parent: 0, frame },
        { id: leaf, parent: root, frame },
      ],
    });
    expect(interner.stack(root, frame)).toBe(leaf);
    expect(interner.takeRows()).toEqual({ strings: [], functions: [], frames: [], stacks: [] });
    interner.stack(leaf, frame);
    expect(interner.takeRows().stacks).toEqual([{ id: 3, parent: leaf, frame }]);
  });

  test('keeps pairs apart whose numbers are large', () => {
    const interner = new Interner();
    const large = [2 ** 26 - 1, 2 ** 26, 2 ** 27, 2 ** 31 - 1];
    const ids = large.flatMap((a) => large.map((b) => interner.frame(a, b)));
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    expect(large.flatMap((a) => large.map((b) => interner.frame(a, b)))).toEqual(ids);
  });
});

describe('the open batch', () => {
  // At this rate times are kept in microseconds, CPU times in ten of them.
  test('makes runs of the same stack and status', () => {
    const builder = new BatchBuilder({ periodNs: 100_000, draws: true });
    const samples: [number, number, number][] = [
      [7, status.onCpu, 10_000],
      [7, status.onCpu, 20_000],
      [7, 0, 0],
      [8, 0, 0],
      [8, 0, 0],
      [7, 0, 50_000],
    ];
    for (const [i, [stack, flags, cpu]] of samples.entries()) {
      builder.tick(1_000 + i * 100_000, 100_000, i * 150_000);
      builder.sample(1, stack, flags, cpu);
    }
    expect([builder.ticks, builder.firstNs]).toEqual([6, 1_000]);
    const encoded = packGathered(builder.close()!);
    expect(encoded).toMatchObject({
      firstNs: 1_000,
      lastNs: 501_000,
      ticks: 6,
      samples: 6,
      missed: 0,
      torn: 0,
      failed: 0,
      late: 2,
    });
    const { batch } = decodeBatch({ ...encoded, formatVersion }, 'the test');
    expect(batch.threads.map(plain)).toEqual([
      {
        thread: 1,
        firstTick: 0,
        runLength: [2, 1, 2, 1],
        runStack: [7, 7, 8, 7],
        runStatus: [1, 0, 0, 0],
        cpuNs: [10_000, 20_000, 0, 0, 0, 50_000],
      },
    ]);
    expect([...batch.tickNs]).toEqual([1_000, 101_000, 201_000, 301_000, 401_000, 501_000]);
    expect([...batch.weightNs]).toEqual([1e5, 1e5, 1e5, 1e5, 1e5, 1e5]);
    expect([...batch.lateNs!]).toEqual([0, 1e5, 3e5, 4e5, 6e5, 7e5]);
  });

  test('knows of no lateness where no moments are drawn', () => {
    const builder = new BatchBuilder(createSchedule(0, 0));
    for (let tick = 0; tick < 300; tick++) builder.tick(tick * 10_000, 10_000, 0);
    const gathered = builder.close()!;
    expect(gathered.batch).not.toHaveProperty('lateNs');
    expect(packGathered(gathered).late).toBeNull();
  });

  test('gives a thread that vanishes and returns two entries', () => {
    const builder = new BatchBuilder({ periodNs: 100_000, draws: true });
    for (let tick = 0; tick < 5; tick++) {
      builder.tick(tick * 10_000, 10_000, 0);
      builder.sample(1, 1, 0, 0);
      if (tick !== 2) builder.sample(2, 2, 0, tick * 10_000);
      else builder.leave(2);
    }
    const { batch } = decodeBatch({ ...packGathered(builder.close()!), formatVersion }, 'the test');
    expect(batch.threads.map(plain)).toMatchObject([
      { thread: 2, firstTick: 0, runLength: [2], cpuNs: [0, 10_000] },
      { thread: 1, firstTick: 0, runLength: [5] },
      { thread: 2, firstTick: 3, runLength: [2], cpuNs: [30_000, 40_000] },
    ]);
  });

  test('keeps a thread as it is until it changes, also in the next batch', () => {
    const builder = new BatchBuilder({ periodNs: 10_000, draws: true });
    const threads = () =>
      decodeBatch({ ...packGathered(builder.close()!), formatVersion }, 'the test').batch.threads.map(plain);
    for (let tick = 0; tick < 4; tick++) {
      builder.tick(tick * 10_000, 10_000, 0);
      if (tick === 0) builder.sample(1, 5, 0, 0);
      if (tick === 1) builder.sample(2, 6, status.onCpu, 7000);
    }
    expect(threads()).toMatchObject([
      { thread: 1, firstTick: 0, runLength: [4], runStack: [5], cpuNs: [0, 0, 0, 0] },
      { thread: 2, firstTick: 1, runLength: [3], runStack: [6], runStatus: [1], cpuNs: [7000, 0, 0] },
    ]);
    for (let tick = 4; tick < 7; tick++) {
      builder.tick(tick * 10_000, 10_000, 0);
      if (tick === 4) builder.leave(2);
      if (tick === 6) builder.sample(1, 8, 0, 0);
    }
    expect(threads()).toMatchObject([{ thread: 1, firstTick: 0, runLength: [2, 1], runStack: [5, 8] }]);
    for (const thread of [1, 2]) builder.leave(thread);
    builder.tick(70_000, 10_000, 0);
    expect(threads()).toEqual([]);
  });

  test('counts what it holds, and starts over', () => {
    const builder = new BatchBuilder({ periodNs: 100_000, draws: true });
    expect(builder.close()).toBeNull();
    builder.tick(5, 1, 0);
    builder.missed(3);
    builder.sample(1, 0, status.failed, 0);
    builder.sample(2, 4, status.torn | status.truncated, 0);
    expect(builder.close()).toMatchObject({ samples: 2, missed: 3, torn: 1, failed: 1, truncated: 1 });
    expect(builder.close()).toBeNull();
    expect(builder.firstNs).toBeUndefined();
    for (const thread of [1, 2]) builder.leave(thread);
    builder.tick(6, 1, 0);
    expect(builder.close()).toMatchObject({
      samples: 0,
      missed: 0,
      torn: 0,
      failed: 0,
      truncated: 0,
      ticks: 1,
    });
  });
});

describe('the name of a recording', () => {
  const now = new Date(2024, 0, 5, 4, 3, 2);

  test.each([
    [['python', 'tools/serve.py', '--port', '80'], 'serve.py'],
    [['python3', '-X', 'dev', '-W', 'error', '-u', 'serve.py'], 'serve.py'],
    [['python3', '-m', 'http.server', '8000'], 'http.server'],
    [['/usr/bin/python3.13', '-c', 'print(1)'], 'python3.13'],
    [['/usr/bin/python3.13', '-'], 'python3.13'],
    [['python3.13'], 'python3.13'],
    [['python', '-m'], 'python'],
    [['gunicorn: master [app]'], 'gunicorn_master_app_'],
    [['python', '/srv/größe/$(reboot);x y.py'], '_reboot_x_y.py'],
    [['python', '.hidden.py'], '_hidden.py'],
    [['python', '..'], '_'],
    [[], 'python'],
    [['python', `${'x'.repeat(300)}.py`], 'x'.repeat(80)],
  ])('of %j', (command, program) => {
    expect(defaultOutputName(command, 42, now)).toBe(`${program}-42-20240105-040302.trace`);
  });
});

function plain(thread: object): object {
  return Object.fromEntries(
    Object.entries(thread).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
    ]),
  );
}
