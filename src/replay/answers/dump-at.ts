/** The stacks of all threads at a moment of a recording. */
import {
  type DumpFrame,
  type DumpNativePlace,
  type DumpResult,
  type DumpThread,
  describeStatus,
} from '../../format/dump-result.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { type CodeFunction, findStack, type StackForest } from '../../format/reading/stack-forest.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { functionKind, maxBatchSpanNs } from '../../format/vocabulary.js';
import { functionName, isTaskFrame, threadNameAt, threadNumber } from '../names/code-name.js';
import { filterNative, type NativeChoice, type NativeFilter, shownFrames } from '../samples/native-filter.js';
import { lowerBound } from '../samples/runs.js';
import { noSamples } from '../sums/fold.js';
import { seconds } from '../window/figure.js';

interface Sample {
  readonly thread: StoredThread;
  readonly ns: number;
  readonly stack: number;
  readonly status: number;
}

/**
 * Finds, for each process, its last tick at or before `atNs`, and shows the threads of that tick. Before the first
 * tick of the recording, that first one is taken.
 * @param native which native frames are shown
 * @throws PyspyError of kind "trace" where the recording holds no samples or is damaged
 */
export function dumpAt(reader: TraceReader, atNs: number, native: NativeChoice = 'usual'): DumpResult {
  const nearest = reader.nearestTick(atNs);
  if (nearest === null) {
    const extentNs = reader.extentNs();
    throw noSamples(reader, { fromNs: 0, toNs: extentNs, extentNs });
  }
  const moment = Math.max(atNs, nearest);
  const latest = findSamples(reader, Math.min(atNs, nearest) - maxBatchSpanNs, moment);
  const processTick = new Map<number, number>();
  for (const { thread, ns } of latest) {
    const known = processTick.get(thread.process.id);
    if (known === undefined || ns > known) processTick.set(thread.process.id, ns);
  }
  const shown = latest.filter(({ thread, ns }) => ns === processTick.get(thread.process.id));
  const forest = reader.forest(shown.flatMap(({ stack }) => (stack > 0 ? [stack] : [])));
  const filter = filterNative(forest.frames, native);
  const byProcess = new Map<number, Sample[]>();
  for (const sample of shown.sort((a, b) => a.thread.id - b.thread.id)) {
    const { id } = sample.thread.process;
    const known = byProcess.get(id);
    if (known === undefined) byProcess.set(id, [sample]);
    else known.push(sample);
  }
  return {
    at_s: seconds(shown.reduce((last, { ns }) => Math.max(last, ns), 0)),
    processes: [...byProcess.values()].map((samples) => {
      const { process } = samples[0]!.thread;
      return {
        pid: process.pid,
        python: process.pythonVersion,
        command: [...process.command],
        threads: samples.map((sample) => describeSample(sample, forest, filter)),
      };
    }),
  };
}

/** The last sample of each thread from `fromNs` to `atNs`, both included. */
function findSamples(reader: TraceReader, fromNs: number, atNs: number): Sample[] {
  const latest = new Map<number, Sample>();
  for (const { batch } of reader.batches(fromNs, atNs + 1)) {
    const last = lowerBound(batch.tickNs, atNs + 1) - 1;
    for (const samples of batch.threads) {
      let start = samples.firstTick;
      for (let run = 0; run < samples.runLength.length; run++) {
        if (start > last) break;
        const end = Math.min(start + samples.runLength[run]!, last + 1);
        start += samples.runLength[run]!;
        const ns = batch.tickNs[end - 1]!;
        const known = latest.get(samples.thread);
        if (known === undefined || ns >= known.ns)
          latest.set(samples.thread, {
            thread: reader.thread(samples.thread),
            ns,
            stack: samples.runStack[run]!,
            status: samples.runStatus[run]!,
          });
      }
    }
  }
  return [...latest.values()];
}

function describeSample(sample: Sample, forest: StackForest, native: NativeFilter): DumpThread {
  const { thread, status: bits } = sample;
  const described = describeStatus(bits);
  return {
    thread_id: threadNumber(thread.pythonId),
    os_thread_id: thread.osId,
    name: threadNameAt(thread, sample.ns),
    ...described,
    frames: described.failed || sample.stack === 0 ? [] : listFrames(forest, sample.stack, native),
  };
}

/** Recordings of earlier versions do not have it. */
function placeOf({ place }: CodeFunction): Pick<DumpNativePlace, 'build_id' | 'offset'> {
  return place === undefined ? {} : { build_id: place.buildId, offset: `0x${place.offset.toString(16)}` };
}

function listFrames(forest: StackForest, stack: number, native: NativeFilter): DumpFrame[] {
  const path: number[] = [];
  for (let node = findStack(forest, stack); node >= 0; node = forest.parents[node]!) {
    if (isTaskFrame(forest.frames[forest.frameOf[node]!]!)) break;
    path.push(forest.frameOf[node]!);
  }
  const shown = shownFrames(path.reverse(), native);
  return shown.reverse().map((at): DumpFrame => {
    const { function: code, line } = forest.frames[at]!;
    const isLoop = code.kind === functionKind.loop;
    const name = functionName(code);
    const symbol = name === code.name ? {} : { symbol: code.name };
    return {
      function: name,
      file: code.file,
      line,
      ...(native.isNative(at) ? { native: { ...placeOf(code), ...symbol, loop: isLoop } } : {}),
    };
  });
}
