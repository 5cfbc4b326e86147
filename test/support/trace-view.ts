/** Looks into a trace sample by sample, and at one that is still being written, without a process of its own. */
import { existsSync } from 'node:fs';
import { TraceReader } from '../../src/format/reader.js';
import { findStack } from '../../src/format/stack-forest.js';
import { describeTrace, type InfoResult } from '../../src/replay/info.js';

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
    const functionsOf = new Map<number, readonly string[]>([[0, []]]);
    const resolve = (stack: number): readonly string[] => {
      let names = functionsOf.get(stack);
      if (names === undefined) {
        const list: string[] = [];
        for (let at = findStack(forest, stack); at >= 0; at = forest.parents[at]!)
          list.push(forest.frames[forest.frameOf[at]!]!.function.name);
        names = list;
        functionsOf.set(stack, names);
      }
      return names;
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
              functions: resolve(thread.runStack[run]!),
            });
      }
    return samples;
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
