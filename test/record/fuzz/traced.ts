/** A sampler, with its samples as text, compared with what oracles make of the same memory. */
import { status } from '../../../src/format/vocabulary.js';
import type { SampleSink } from '../../../src/record/batch/batch-builder.js';
import type { Interner } from '../../../src/record/code/interner.js';
import type { ProcessSampler } from '../../../src/record/sampling/process-sampler.js';
import type { Oracle, TrueFrame } from './oracle.js';

/** Deeper stacks are cut, and an oracle does not count frames. */
const marked = status.failed | status.torn | status.truncated;

export class Traced {
  /** Samples by how they came out. */
  readonly tally = new Map<string, number>();
  readonly #sampler: ProcessSampler;
  readonly #interner: Interner;
  readonly #strings: string[] = [''];
  readonly #functions: [string, string][] = [['', '']];
  readonly #frames: string[] = [''];
  readonly #stacks: [number, number][] = [[0, 0]];
  #now = 0;

  constructor({ sampler, interner }: { sampler: ProcessSampler; interner: Interner }) {
    this.#sampler = sampler;
    this.#interner = interner;
  }

  /** Takes a sample: @returns what the sampler said, and threads with status bits and stack, innermost first */
  tick(): { result: string; samples: { threadState: number; flags: number; stack: string[] }[] } {
    const found = new Map<number, { flags: number; stack: number }>();
    const sink: SampleSink = {
      sample: (thread, stack, flags) => found.set(thread, { flags, stack }),
      leave: (thread) => found.delete(thread),
    };
    // More than a second from tick to tick: the lists are read anew now and then.
    this.#now += 0.6e9;
    const result = this.#sampler.tick(this.#now, sink);
    const rows = this.#interner.takeRows();
    const taken = this.#sampler.take();
    for (const { text } of rows.strings) this.#strings.push(text);
    for (const { name, qualname, file } of rows.functions)
      this.#functions.push([this.#strings[qualname ?? name]!, this.#strings[file]!]);
    for (const row of rows.frames) {
      const [name, file] = this.#functions[row.function]!;
      this.#frames.push(`${name} ${file}:${row.line}`);
    }
    for (const { parent, frame } of rows.stacks) this.#stacks.push([parent, frame]);
    for (const { name } of taken.threadNames)
      if (!this.#strings[name]!.isWellFormed()) throw new Error(`a thread's name is no text`);
    const states = new Map(this.#sampler.threads.map((thread) => [thread.id, thread.frames.threadState]));
    return {
      result,
      samples: [...found].map(([thread, { flags, stack }]) => ({
        threadState: states.get(thread)!,
        flags,
        stack: this.#textOf(stack),
      })),
    };
  }

  /**
   * Takes a sample of every thread and compares.
   * @param now what the memory is at one time or another during this tick
   * @param before what it was earlier
   * @returns how the tick came out
   */
  check(now: readonly Oracle[], before: readonly Oracle[]): string {
    const { result, samples } = this.tick();
    for (const { threadState, flags, stack } of samples) {
      const isGood = (flags & marked) === 0;
      this.#count(
        isGood ? 'good' : flags & status.failed ? 'failed' : flags & status.torn ? 'torn' : 'truncated',
      );
      if (isGood && !now.some((oracle) => isStackOf(stack, threadState, oracle, now, before)))
        throw new Error(explain(stack, threadState, now));
    }
    return `tick ${result}`;
  }

  close(): void {
    this.#sampler.close();
  }

  #textOf(id: number): string[] {
    const frames: string[] = [];
    for (let at = id; at !== 0; at = this.#stacks[at]![0]) frames.push(this.#frames[this.#stacks[at]![1]]!);
    return frames;
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }
}

/**
 * Whether memory holds such a stack. The names of code may be of a moment later in the same tick (code is looked up
 * after it was met for the first time), or of earlier ones if it is known by the same pointers.
 */
function isStackOf(
  stack: readonly string[],
  threadState: number,
  oracle: Oracle,
  now: readonly Oracle[],
  before: readonly Oracle[],
): boolean {
  const frames = oracle.stack(threadState);
  if (frames === null || frames.length !== stack.length) return false;
  return frames.every((frame, i) => {
    const text = stack[i]!;
    if (oracle.label(frame) === text) return true;
    const sources = [
      ...now,
      ...before.filter((early) => early.identity(frame.code) === oracle.identity(frame.code)),
    ];
    // The innermost frame's instruction is one of any moment.
    const moments =
      i > 0 ? [frame] : now.flatMap((moment) => sameCode(moment.stack(threadState)?.[0], frame));
    // A table that changes while it is read gives no line, as long as its code object is the same.
    const isMoving = now.length > 1 || before.length > 1;
    const isNear = (label: string | null): boolean =>
      label === text || (isMoving && label?.replace(/\d+$/, '0') === text);
    return sources.some((source) => moments.some((moment) => isNear(source.label(moment))));
  });
}

function sameCode(innermost: TrueFrame | undefined, frame: TrueFrame): TrueFrame[] {
  return innermost?.code === frame.code ? [innermost, frame] : [frame];
}

function explain(stack: readonly string[], threadState: number, oracles: readonly Oracle[]): string {
  const held = oracles.map(
    (oracle) => oracle.stack(threadState)?.map((frame) => oracle.label(frame)) ?? null,
  );
  const differs = held.map((frames) => {
    if (frames === null) return 'no stack';
    const at = stack.findIndex((text, i) => text !== frames[i]);
    return `${frames.length} frames, number ${at} is ${JSON.stringify(frames[at])}`;
  });
  const at = stack.findIndex((text, i) => held.every((frames) => frames?.[i] !== text));
  return `thread ${threadState.toString(16)}: ${stack.length} frames, number ${at} ${JSON.stringify(stack[at])}; the memory holds ${differs.join(' or ')}`;
}
