/** How a recording goes, as the numbers that its two threads share say. */
import { gauges } from '../sampling/thread-messages.js';

/** Figures of a recording so far; times in ns. */
export interface Progress {
  readonly elapsedNs: number;
  readonly ticks: number;
  readonly samples: number;
  readonly missed: number;
  /** Ticks that came late, so far as batches were sent. */
  readonly late: number;
  readonly failed: number;
  readonly torn: number;
  /** Samples of threads that ran, and those of them whose stacks the kernel copied; 0 where it was not to. */
  readonly running: number;
  readonly copied: number;
  readonly threads: number;
  /** Followed just now. */
  readonly processes: number;
  /** Followed at any time, each once, whatever programs it ran. */
  readonly processesSeen: number;
  /** Ticks that were left out on purpose, to keep to a budget of CPU time; and those that are due in a second now. */
  readonly spared: number;
  readonly rateHz: number;
  /** Share of a CPU that the recorder took where that was above the budget even at the lowest rate; 0 where it was not. */
  readonly excess: number;
}

/** @param slots of `gauges` */
export function readProgress(slots: Float64Array): Progress {
  const at = (slot: number): number => slots[slot]!;
  return {
    elapsedNs: at(gauges.elapsedNs),
    ticks: at(gauges.ticks),
    samples: at(gauges.samples),
    missed: at(gauges.missed),
    late: at(gauges.late),
    failed: at(gauges.failed),
    torn: at(gauges.torn),
    running: at(gauges.running),
    copied: at(gauges.copied),
    threads: at(gauges.threads),
    processes: at(gauges.processes),
    processesSeen: at(gauges.processesSeen),
    spared: at(gauges.spared),
    rateHz: at(gauges.rateHz),
    excess: at(gauges.excess),
  };
}
