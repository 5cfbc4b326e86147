/** Looks into a trace sample by sample, and at one that is still being written, without a process of its own. */
import { existsSync } from 'node:fs';
import { TraceReader } from '../../src/format/reading/reader.js';
import { findStack } from '../../src/format/reading/stack-forest.js';
import { describeTrace, type InfoResult } from '../../src/replay/answers/info.js';

/** What `info` says of a trace right now; null while there is none. */
export function infoNow(trace: string): InfoResult | null {
  if (!existsSync(trace)) return null;
  const reader = TraceReader.open(trace);
  try {
    return describeTrace(reader);
  } finally {
    reader.close();
  }
}

export interface SampleView {
  /** On CLOCK_MONOTONIC, in ns. */
  readonly atNs: number;
  readonly thread: number;
  readonly flags: number;
  readonly cpuNs: number;
  /** Names of the functions, innermost first. */
  readonly functions: readonly string[];
  /** And their lines. */
  readonly lines: readonly number[];
}

/** Every sample of a trace. */
export function readSamples(trace: string): SampleView[] {
  const reader = TraceReader.open(trace);
  try {
    // Nanoseconds since boot are exact in a double for 104 days; the machines of tests are younger.
    const zeroNs = Number(reader.recordings[0]!.startedMonotonicNs);
    const batches = [...reader.batches(0, Number.MAX_SAFE_INTEGER)].map(({ batch }) => batch);
    const forest = reader.forest(
      new Set(batches.flatMap((batch) => batch.threads.flatMap((thread) => [...thread.runStack]))),
    );
    type Frames = Pick<SampleView, 'functions' | 'lines'>;
    const framesOf = new Map<number, Frames>();
    const resolve = (stack: number): Frames => {
      let frames = framesOf.get(stack);
      if (frames === undefined) {
        const list: { readonly function: { readonly name: string }; readonly line: number }[] = [];
        for (let at = stack === 0 ? -1 : findStack(forest, stack); at >= 0; at = forest.parents[at]!)
          list.push(forest.frames[forest.frameOf[at]!]!);
        frames = { functions: list.map((frame) => frame.function.name), lines: list.map(({ line }) => line) };
        framesOf.set(stack, frames);
      }
      return frames;
    };
    const samples: SampleView[] = [];
    for (const batch of batches)
      for (const thread of batch.threads) {
        let sample = 0;
        for (const [run, length] of thread.runLength.entries())
          for (let i = 0; i < length; i++, sample++)
            samples.push({
              atNs: zeroNs + batch.tickNs[thread.firstTick + sample]!,
              thread: thread.thread,
              flags: thread.runStatus[run]!,
              cpuNs: thread.cpuNs[sample]!,
              ...resolve(thread.runStack[run]!),
            });
      }
    return samples;
  } finally {
    reader.close();
  }
}

/** Every tick, in s on the trace's time line, and the time before it that belongs to no sample. */
export function readTicks(trace: string): { atS: number; lostS: number }[] {
  const reader = TraceReader.open(trace);
  try {
    let lastNs = 0;
    return [...reader.batches(0, Number.MAX_SAFE_INTEGER)].flatMap(({ batch }) =>
      [...batch.tickNs].map((ns, at) => {
        const lostNs = ns - lastNs - batch.weightNs[at]!;
        lastNs = ns;
        return { atS: ns / 1e9, lostS: lostNs / 1e9 };
      }),
    );
  } finally {
    reader.close();
  }
}

/** The instant, on CLOCK_MONOTONIC, that a trace calls zero. */
export function zeroOf(trace: string): number {
  const reader = TraceReader.open(trace);
  try {
    return Number(reader.recordings[0]!.startedMonotonicNs);
  } finally {
    reader.close();
  }
}
