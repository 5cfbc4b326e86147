/** Which threads are interrupted, and what is done where no copy comes, with a kernel of the test's. */
import { describe, expect, test } from 'vitest';
import { type CopiedThread, chainEnd, type Interrupts } from '../../../src/platform/interrupts.js';
import { partsOf } from '../../../src/platform/linux/interrupt/chain-program.js';
import type { Memory } from '../../../src/platform/memory.js';
import type { CodeFacts } from '../../../src/record/calls/code-facts.js';
import { siteKind } from '../../../src/record/code/call-site.js';
import { chainShape } from '../../../src/record/interrupts/chain-shape.js';
import { InterruptSource } from '../../../src/record/interrupts/interrupt-source.js';
import { InterruptStacks } from '../../../src/record/interrupts/interrupt-stacks.js';
import { layouts } from '../../../src/record/layouts/cpython.js';
import { ThreadTrack } from '../../../src/record/threads/thread-track.js';
import type { Unwinder } from '../../../src/record/unwind/unwind.js';
import { createRandom } from '../../format/random.js';

const layout = layouts.get('3.13')!;
const parts = partsOf(chainShape(layout));
const placeBytes = parts.frames + 4 * parts.stride;
const interpreter = 0x7000;

/** A kernel with two places. What comes of a thread that is asked for is said by its entry in `answers`, by place. */
class KernelDouble implements Interrupts {
  readonly words = new Uint32Array((2 * placeBytes) / 4);
  readonly placeBytes = placeBytes;
  readonly parts = parts;
  readonly asked: number[] = [];
  readonly open_ = new Map<number, number>();
  answers: ('comes' | 'late' | 'long' | 'between')[] = ['comes', 'comes'];
  isClosed = false;
  /** How many copies were asked for: each says by its place of execution which one it is. */
  #copies = 0;
  readonly #pending = new Set<number>();

  open(osThreadId: number): number | 'full' | null {
    const free = [0, 1].find((place) => !this.open_.has(place));
    if (osThreadId === 13) return null;
    if (free === undefined) return 'full';
    this.open_.set(free, osThreadId);
    return free;
  }

  ask(place: number): void {
    this.asked.push(this.open_.get(place)!);
    this.#copies++;
    if (this.answers[place] !== 'late') this.#copy(place);
    this.#pending.add(place);
  }

  /** What it has of a thread's own stack; nothing of those that are not in it. */
  readonly own = new Map<number, CopiedThread>();

  thread(place: number): CopiedThread | null {
    return this.own.get(place) ?? null;
  }

  wait(place: number): boolean {
    return this.#pending.delete(place) && this.answers[place] !== 'late';
  }

  get copies(): number {
    return this.#copies;
  }

  #copy(place: number): void {
    const view = new DataView(this.words.buffer, place * placeBytes, placeBytes);
    const put = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    const { thread, frame } = layout;
    put(parts.copies, Number(view.getBigUint64(parts.copies, true)) + 1);
    put(parts.end, this.answers[place] === 'long' ? chainEnd.long : chainEnd.whole);
    put(parts.state + thread.interpreter, interpreter);
    put(parts.state + thread.id, this.open_.get(place)!);
    put(parts.state + thread.nativeId!, this.open_.get(place)!);
    put(parts.count, this.answers[place] === 'between' ? 0 : 2);
    put(parts.frames + 8 + frame.code, 0x9000);
    view.setUint32(parts.frames + 8 + frame.instruction, this.#copies, true);
    view.setUint8(parts.frames + parts.stride + 8 + frame.owner!, 3);
  }

  release(place: number): void {
    this.open_.delete(place);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Changes whether a thread is on a processor. */
function put(thread: ThreadTrack, onCpu: boolean): void {
  Object.assign(thread.clock!, { onCpu });
}

function threadOf(osId: number, onCpu: boolean | null = true): ThreadTrack {
  return new ThreadTrack({
    ...{ id: osId, threadState: 0x5000 + osId, interpreter, pythonId: BigInt(osId), nativeId: osId, osId },
    clock: {
      ...{
        alive: true,
        unchanged: false,
        sleepsAt: 0,
        sleepsIn: null,
        cpuNs: 0,
        totalNs: 0,
        queuedNs: 0,
        onCpu,
      },
      update: () => true,
      accountedNs: () => null,
      cpu: () => null,
      close: () => {},
    },
    firstNs: 0,
  });
}

function setUp() {
  const kernel = new KernelDouble();
  const fromMemory: number[] = [];
  const facts = {
    ...{ site: () => siteKind.calls, isGenerator: () => false, knows: () => true, learn: () => {} },
    ...{ knowsRoot: () => true, learnRoot: () => {} },
  } as unknown as CodeFacts;
  const stacks = new InterruptStacks(kernel, layout, {
    memory: { read: () => true, peek: () => false, close: () => {} } as unknown as Memory,
    codes: facts,
    unwinder: {
      plan: () => {},
      walk: ({ threadState }: { threadState: number }) => {
        fromMemory.push(threadState - 0x5000);
        return 'torn';
      },
    } as unknown as Unwinder,
  });
  const tick = (...threads: ThreadTrack[]) => {
    kernel.asked.length = fromMemory.length = 0;
    stacks.ask(threads);
    const results = threads.map((thread) => stacks.walk(thread));
    return { asked: [...kernel.asked], results, fromMemory: [...fromMemory] };
  };
  return { kernel, stacks, tick };
}

describe('threads', () => {
  test('that run are asked for, others are left to whoever reads memory', () => {
    const { tick, stacks } = setUp();
    const [runs, sleeps, unknown] = [threadOf(1), threadOf(2, false), threadOf(3, null)];
    expect(tick(runs, sleeps, unknown)).toEqual({
      asked: [1],
      results: ['steady', null, null],
      fromMemory: [],
    });
    expect([stacks.running, stacks.copied]).toEqual([1, 1]);
  });

  test('whose copy does not come in time are read from memory', () => {
    const { kernel, tick, stacks } = setUp();
    kernel.answers = ['late', 'comes'];
    expect(tick(threadOf(1), threadOf(2))).toEqual({
      asked: [1, 2],
      results: ['torn', 'steady'],
      fromMemory: [1],
    });
    expect([stacks.running, stacks.copied]).toEqual([2, 1]);
  });

  test('between two steps of the interpreter are asked once more, and then read from memory', () => {
    const { kernel, tick } = setUp();
    kernel.answers = ['between', 'comes'];
    expect(tick(threadOf(1))).toEqual({ asked: [1, 1], results: ['torn'], fromMemory: [1] });
  });

  test('have their own stacks taken with their frames, of the same tick, if there are any', () => {
    const { kernel, tick, stacks } = setUp();
    const threads = [threadOf(1), threadOf(2), threadOf(3)];
    kernel.answers = ['comes', 'late', 'comes'];
    const own = { registers: new Float64Array(17), stack: new Uint32Array(4) };
    kernel.own.set(0, own).set(1, own);
    tick(...threads);
    // The second came too late to have any, the third has none.
    expect(stacks.takeThreads().map(({ thread, copied }) => [thread, copied])).toEqual([[threads[0], own]]);
    expect(stacks.takeThreads()).toEqual([]);
    tick(...threads);
    tick();
    expect(stacks.takeThreads()).toEqual([]);
  });

  test('with too many frames are left alone for some ticks', () => {
    const { kernel, tick } = setUp();
    const deep = threadOf(1);
    kernel.answers = ['long', 'comes'];
    expect(tick(deep)).toEqual({ asked: [1, 1], results: ['torn'], fromMemory: [1] });
    kernel.answers = ['comes', 'comes'];
    for (let i = 1; i < 16; i++) expect(tick(deep)).toEqual({ asked: [], results: [null], fromMemory: [] });
    expect(tick(deep).asked).toEqual([1]);
  });

  test('that are asked for need not be read', () => {
    const { stacks } = setUp();
    const [runs, sleeps] = [threadOf(1), threadOf(2, false)];
    stacks.ask([runs, sleeps]);
    expect([stacks.isAsked(runs), stacks.isAsked(sleeps)]).toEqual([true, false]);
    stacks.walk(runs);
    expect(stacks.isAsked(runs)).toBe(false);
  });

  test('are not given the copy of a tick that was given up', () => {
    const { stacks, tick } = setUp();
    const thread = threadOf(1);
    stacks.ask([thread]);
    put(thread, false);
    expect(tick(thread)).toEqual({ asked: [], results: [null], fromMemory: [] });
    expect(stacks.isAsked(thread)).toBe(false);
    put(thread, true);
    expect(tick(thread).results).toEqual(['steady']);
  });

  test('have stacks of the tick alone, whatever became of those before', () => {
    const random = createRandom(7);
    const answers = ['comes', 'late', 'long', 'between'] as const;
    const counts = { copied: 0, givenUp: 0, asleep: 0 };
    const { kernel, stacks } = setUp();
    const threads = [threadOf(1), threadOf(2), threadOf(3)];
    for (let tick = 0; tick < 3_000; tick++) {
      for (const thread of threads) put(thread, random() < 0.6);
      kernel.answers = [0, 1].map(() => answers[Math.floor(random() ** 2 * answers.length)]!);
      const before = kernel.copies;
      stacks.ask(threads);
      if (random() < 0.2) {
        counts.givenUp++;
        continue;
      }
      for (const thread of threads) {
        const isAsked = stacks.isAsked(thread);
        const result = stacks.walk(thread);
        expect(result !== null).toBe(isAsked);
        if (thread.clock!.onCpu === false) {
          counts.asleep++;
          expect(result).toBeNull();
        }
        if (result !== 'steady') continue;
        counts.copied++;
        expect(thread.frames.stack.instruction[0]).toBeGreaterThan(before);
      }
      if (random() > 0.05) continue;
      threads.shift();
      threads.push(threadOf(1 + Math.floor(random() * 9)));
      stacks.keep(threads);
    }
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(300);
  });
});

describe('places', () => {
  test('go to those that run now, the longest idle one first', () => {
    const { tick, kernel } = setUp();
    const [a, b, c] = [threadOf(1), threadOf(2), threadOf(3)];
    tick(a);
    tick(b);
    expect(tick(c, b)).toMatchObject({ asked: [3, 2] });
    expect([...kernel.open_.values()].sort()).toEqual([2, 3]);
  });

  test('are not taken from threads that need them in the same tick', () => {
    const { tick } = setUp();
    const threads = [threadOf(1), threadOf(2), threadOf(3)];
    expect(tick(...threads)).toMatchObject({ asked: [1, 2], results: ['steady', 'steady', null] });
    expect(tick(threads[2]!)).toMatchObject({ asked: [3] });
  });

  test('are given back when their threads are gone, and at the end', () => {
    const { tick, stacks, kernel } = setUp();
    const [a, b] = [threadOf(1), threadOf(2)];
    tick(a, b);
    stacks.keep([b]);
    expect([...kernel.open_.values()]).toEqual([2]);
    stacks.close();
    expect(kernel.open_.size).toBe(0);
    // They are others' too.
    expect(kernel.isClosed).toBe(false);
  });

  test('that the kernel refuses are not asked for again', () => {
    const { tick, kernel } = setUp();
    const refused = threadOf(13);
    tick(refused);
    expect(tick(refused)).toEqual({ asked: [], results: [null], fromMemory: [] });
    expect(kernel.open_.size).toBe(0);
  });
});

describe('the source', () => {
  test('has one program for all processes of a layout', () => {
    const opened: KernelDouble[] = [];
    const open = () => {
      opened.push(new KernelDouble());
      return opened.at(-1)!;
    };
    const source = new InterruptSource({ openInterrupts: open });
    expect(source.open(layout)).toBe(source.open(layouts.get('3.13')!));
    source.open(layouts.get('3.9')!);
    expect([opened.length, source.use]).toEqual([2, { kind: 'kernel', refusal: null }]);
    source.close();
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  test('does not ask again where the kernel refuses, and says why', () => {
    let asked = 0;
    const refusal = { missing: 'bpf is not allowed', help: 'run pyspy as root' };
    const source = new InterruptSource({
      openInterrupts: () => {
        asked++;
        return refusal;
      },
    });
    expect([source.open(layout), source.open(layout), asked]).toEqual([null, null, 1]);
    expect(source.use).toEqual({ kind: 'memory', refusal });
  });
});
