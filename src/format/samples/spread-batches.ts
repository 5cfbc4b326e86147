/** Gives the samples of batches their CPU time: for that, all of the stretch in which they lie must be known. */
import { periodOf } from '../codec/batch-grid.js';
import type { StoredRecording } from '../database/recordings.js';
import { maxBatchSpanNs, status, type ThreadSamples } from '../vocabulary.js';
import { CpuSpread, type Stretches, trait } from './cpu-spread.js';
import type { WeighedBatch } from './weighed-batch.js';

/** Length of a short stretch, in periods and in ns, whichever is more; and how many make a long one, of so many ns at most. */
const near = { periods: 50, ns: 1e9 };
const far = { times: 8, ns: 60e9 };
/** More samples are not held back: of recordings at the same time, in a file that was merged from very many. */
export const mostHeld = 8_000_000;
/** Threads that have ended are forgotten after so many batches. */
const sweptAfter = 64;

type Recording = Pick<StoredRecording, 'rateHz' | 'offsetNs'>;

function stretchesOf({ rateHz, offsetNs }: Recording): Stretches {
  const nearNs = Math.min(far.ns, Math.max(near.ns, Math.ceil(near.periods * periodOf(rateHz))));
  return { originNs: offsetNs, nearNs, inFar: Math.min(far.times, Math.floor(far.ns / nearNs)) };
}

/** What lies farther from a sample than this many ns does not change its CPU time. */
export function spreadReachNs(recording: Recording): number {
  const { nearNs, inFar } = stretchesOf(recording);
  return nearNs * inFar;
}

/** Adds CPU times to batches that have their cells. */
export function* withCpu(
  batches: Iterable<WeighedBatch>,
  recordings: readonly StoredRecording[],
): Generator<WeighedBatch, void> {
  const known = new Map(recordings.map((recording) => [recording.id, recording as Recording]));
  const recordingOf = ({ recording }: WeighedBatch): Recording =>
    known.get(recording) ?? { rateHz: 0, offsetNs: 0 };
  const spreads = new Map<number, CpuSpread>();
  /** By recording: its last tick so far. */
  const newest = new Map<number, number>();
  const held: WeighedBatch[] = [];
  let [samples, released] = [0, 0];
  const release = (): WeighedBatch => {
    const batch = held.shift()!;
    samples -= batch.samples;
    const cpuNs = batch.batch.threads.map((entry) => take(entry, spreads.get(entry.thread)));
    if (++released % sweptAfter === 0)
      for (const [thread, spread] of spreads) if (spread.isDone(batch.firstNs)) spreads.delete(thread);
    return { ...batch, cpuNs };
  };
  for (const next of batches) {
    const { tickNs, threads } = next.batch;
    for (const entry of threads) {
      let spread = spreads.get(entry.thread);
      if (spread === undefined) {
        spread = new CpuSpread(stretchesOf(recordingOf(next)));
        spreads.set(entry.thread, spread);
      }
      add(next, entry, spread);
    }
    newest.set(next.recording, tickNs[tickNs.length - 1]!);
    held.push(next);
    samples += next.samples;
    while (held.length > 0) {
      const head = held[0]!;
      // What follows in the file ends no earlier than this one.
      const untilNs = Math.max(newest.get(head.recording)!, next.lastNs - maxBatchSpanNs);
      const isSettled = untilNs >= head.batch.tickNs.at(-1)! + spreadReachNs(recordingOf(head));
      if (!isSettled && samples <= mostHeld) break;
      yield release();
    }
  }
  while (held.length > 0) yield release();
}

/** Whether CPU time may belong to a sample with these bits. */
function isRunning(bits: number): boolean {
  return (bits & (status.onCpu | status.stateUnknown)) === status.onCpu;
}

function traitsOf(bits: number): number {
  return (
    (bits & status.gil ? 0 : trait.free) |
    (bits & status.cpuWait ? trait.waited : 0) |
    (bits & status.cpuUnsure ? trait.unsure : 0)
  );
}

function add(
  { batch, cells }: WeighedBatch,
  { firstTick, runLength, runStack, runStatus, cpuNs }: ThreadSamples,
  to: CpuSpread,
): void {
  let tick = firstTick;
  for (let run = 0; run < runLength.length; run++) {
    const bits = runStatus[run]!;
    const runs = isRunning(bits);
    const end = tick + runLength[run]!;
    if (!(bits & (status.onCpu | status.stateUnknown)))
      to.addSleep(runStack[run]!, batch.tickNs[tick]!, batch.tickNs[end - 1]!);
    const traits = runs ? traitsOf(bits) : 0;
    for (; tick < end; tick++) {
      const usedNs = cpuNs[tick - firstTick]!;
      if (runs || usedNs !== 0)
        to.add(batch.tickNs[tick]!, runs ? cells.weightNs[tick]! : 0, usedNs, runStack[run]!, traits);
    }
  }
}

/** The mirror of `add`. */
function take({ runLength, runStatus, cpuNs }: ThreadSamples, from: CpuSpread | undefined): Float64Array {
  const taken = new Float64Array(cpuNs.length);
  let at = 0;
  for (let run = 0; run < runLength.length; run++) {
    const runs = isRunning(runStatus[run]!);
    for (const end = at + runLength[run]!; at < end; at++)
      if (runs || cpuNs[at] !== 0) taken[at] = from?.take() ?? 0;
  }
  return taken;
}
