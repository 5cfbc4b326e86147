/** The trace that a recording begins, and what it says of recorder and host. */
import type { HostInfo, Scheduling } from '../../format/recording-info.js';
import { TraceWriter } from '../../format/writing/writer.js';
import { currentPlatform } from '../../platform/index.js';
import type { SamplerUse } from '../interrupts/interrupt-source.js';
import type { SessionOptions } from './session-options.js';

/** When a recording began, in ns on both clocks, how its thread is scheduled, and how stacks are taken. */
interface Beginning {
  readonly monotonicNs: bigint;
  readonly utcNs: bigint;
  readonly scheduling: Scheduling;
  readonly sampler: SamplerUse;
}

/**
 * Creates the file. The caller closes it.
 * @throws PyspyError as TraceWriter does
 */
export function createTrace(
  path: string,
  { force, limits, rateHz, budgetPct = null, recorder, recorderCommand }: SessionOptions,
  { monotonicNs, utcNs, scheduling, sampler }: Beginning,
  host: HostInfo,
): TraceWriter {
  const row = {
    recorder,
    recorderPid: process.pid,
    recorderStartTicks: currentPlatform().readStat(process.pid)?.startTicks ?? 0,
    recorderCommand,
    rateHz,
    jitter: rateHz === 0 ? 'none' : 'uniform',
    scheduling,
    sampler: sampler.kind,
    budgetPct,
    startedMonotonicNs: monotonicNs,
    startedUtcNs: utcNs,
    host,
  } as const;
  return new TraceWriter(path, row, { force, limits });
}
