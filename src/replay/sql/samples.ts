/** The tables of a query that are computed while it reads them: samples out of batches, and the frames of a stack. */
import type Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { findStack } from '../../format/reading/stack-forest.js';
import { status } from '../../format/vocabulary.js';
import { functionName, isTaskFrame } from '../names/code-name.js';
import type { OwnCode } from '../names/own-code.js';
import { lowerBound } from '../samples/runs.js';
import { statusWords } from '../samples/status-words.js';
import type { TimeLimits } from './time-limits.js';

/** Stacks whose innermost frame is remembered, and stacks whose frames are: memory has a bound. */
const rememberedStacks = 200_000;
const rememberedFrames = 50_000;

/**
 * Callers beyond the thousandth of a stack: a query may read so many, and be given so many of stacks that it has met. Programs
 * that recurse so deep have a few such stacks; in a small file there can be billions.
 */
const deepHeight = 1_000;
const maxDeepRead = 4_000_000;
const maxDeepGiven = 40_000_000;

const columns = [
  'time_s',
  'recording_id',
  'process_id',
  'thread_id',
  'stack_id',
  'frame_id',
  'wall_s',
  'cpu_s',
  'idle',
  'on_cpu',
  'gil',
  'gil_wait',
  'waits_for',
  'collecting',
  'torn',
  'failed',
  'truncated',
];

/** Adds `sample`. @param onBatch called at each batch with its end in ns; what it throws ends the query */
export function addSamples(
  db: Database.Database,
  reader: TraceReader,
  limits: TimeLimits,
  onBatch: (lastNs: number) => void,
): void {
  const innermost = new Map<number, number>();
  db.table('sample', {
    columns,
    *rows() {
      for (const { batch, cells, cpuNs, recording, lastNs } of reader.weighed(limits.fromNs, limits.toNs, {
        cpu: true,
      })) {
        onBatch(lastNs);
        const { tickNs } = batch;
        const low = lowerBound(tickNs, limits.fromNs);
        const high = lowerBound(tickNs, limits.toNs);
        learnFrames(
          reader,
          innermost,
          batch.threads.flatMap(({ runStack }) => [...new Set(runStack)]),
        );
        for (const [entry, samples] of batch.threads.entries()) {
          const process = reader.thread(samples.thread).process.id;
          let tick = samples.firstTick;
          for (let run = 0; run < samples.runLength.length; run++) {
            const bits = samples.runStatus[run]!;
            const id = samples.runStack[run]!;
            const stack = bits & status.failed ? null : id;
            const frame = stack === null ? null : (innermost.get(id) ?? null);
            const isCpuKnown = !(bits & status.stateUnknown);
            // One array for all samples of a run: SQLite takes what is in it before it asks for the next.
            const row = [0, recording, process, samples.thread, stack, frame, 0, null, ...describeBits(bits)];
            const end = tick + samples.runLength[run]!;
            for (tick = Math.max(tick, low); tick < Math.min(end, high); tick++) {
              row[0] = tickNs[tick]! / 1e9;
              row[6] = cells.weightNs[tick]! / 1e9;
              if (isCpuKnown) row[7] = cpuNs[entry]![tick - samples.firstTick]! / 1e9;
              yield row;
            }
            tick = end;
          }
        }
      }
    },
  });
}

/** A word, 1, 0, or null where it is not known, in the order of the columns. */
function describeBits(bits: number): (number | string | null)[] {
  return Object.values(statusWords(bits)).map((word: boolean | string | null) =>
    typeof word === 'boolean' ? Number(word) : word,
  );
}

function learnFrames(reader: TraceReader, innermost: Map<number, number>, stacks: readonly number[]): void {
  if (innermost.size > rememberedStacks) innermost.clear();
  const unknown = stacks.filter((id) => id !== 0 && !innermost.has(id));
  if (unknown.length === 0) return;
  const forest = reader.forest(unknown);
  for (const id of unknown) innermost.set(id, forest.frames[forest.frameOf[findStack(forest, id)]!]!.id);
}

/** Adds `stack_frame(STACK)`: the frames of one stack, the innermost first, at height 0. */
export function addStackFrames(db: Database.Database, reader: TraceReader, own: OwnCode): void {
  const known = new Map<number, (string | number)[][]>();
  let remembered = 0;
  let read = 0;
  let given = 0;
  db.table('stack_frame', {
    columns: ['height', 'frame_id', 'function_id', 'function', 'file', 'line', 'own'],
    parameters: ['of_stack'],
    *rows(stack?: unknown) {
      if (stack === undefined)
        throw new PyspyError('usage', 'stack_frame takes a stack', {
          hint: 'Write FROM sample, stack_frame(sample.stack_id).',
        });
      if (typeof stack !== 'number' || !Number.isInteger(stack) || stack < 1) return;
      let frames = known.get(stack);
      const isNew = frames === undefined;
      if (frames === undefined) {
        frames = readFrames(reader, stack, own);
        if (remembered > rememberedFrames) {
          known.clear();
          remembered = 0;
        }
        remembered += frames.length;
        known.set(stack, frames);
      }
      const beyond = Math.max(0, frames.length - deepHeight);
      given += beyond;
      if (isNew) read += beyond;
      if (read > maxDeepRead || given > maxDeepGiven)
        throw new PyspyError(
          'usage',
          `the query asks for more than ${given > maxDeepGiven ? maxDeepGiven : maxDeepRead} frames that lie deeper than ${deepHeight} in their stacks`,
          { hint: 'Ask for fewer stacks: WHERE stack_id IN (…), or for a window (--from, --to).' },
        );
      yield* frames;
    },
  });
}

function readFrames(reader: TraceReader, stack: number, own: OwnCode): (string | number)[][] {
  const forest = reader.forest([stack]);
  const frames: (string | number)[][] = [];
  for (let node = findStack(forest, stack); node >= 0; node = forest.parents[node]!) {
    const frame = forest.frames[forest.frameOf[node]!]!;
    if (isTaskFrame(frame)) break;
    const { id, function: code, line } = frame;
    frames.push([frames.length, id, code.id, functionName(code), code.file, line, Number(own.has(code))]);
  }
  return frames;
}
