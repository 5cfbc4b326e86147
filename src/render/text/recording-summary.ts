/** How a recording went, in words for the one who started it. */
import type { SamplerChoice, SamplerKind, Scheduling } from '../../format/recording-info.js';
import { shellWord } from '../words/command-text.js';
import { fewTicks, leanWords, loweredWords, missedPct, missedWords } from '../words/doubts.js';
import { counted, showSize } from '../words/text-numbers.js';

type EndReason = 'duration' | 'interrupted' | 'stopped' | 'target-exited' | 'target-replaced' | 'denied';

/** What a recording came to. */
interface RecordingFacts {
  readonly reason: EndReason;
  readonly elapsedNs: number;
  readonly ticks: number;
  /** Ticks that were skipped, and those that came late. */
  readonly missed: number;
  readonly late: number;
  /** Ticks that were left out on purpose. */
  readonly spared: number;
  /** Share of a CPU that it took where that was above the budget even at the lowest rate; 0 where it was not. */
  readonly excess: number;
  readonly samples: number;
  readonly torn: number;
  readonly failed: number;
  readonly processesSeen: number;
  /** What was asked for: ticks per second, 0 for as many as it can; percent of a CPU, null for no limit. */
  readonly wanted: { readonly rateHz: number; readonly budgetPct: number | null };
  readonly scheduling: Scheduling;
  /** How stacks of running threads were taken; samples of such, and those whose stacks the kernel copied. */
  readonly sampler: SamplerKind;
  readonly running: number;
  readonly copied: number;
  /** The trace. */
  readonly path: string;
  readonly fileBytes: number;
}

export const endings: Readonly<Record<EndReason, string>> = {
  duration: 'time is up',
  interrupted: 'interrupted',
  stopped: 'stopped',
  'target-exited': 'the program ended',
  'target-replaced': 'the process turned into something else than a Python that pyspy reads',
  denied: 'the process could not be read any more',
};

const priorityWords: Readonly<Record<Scheduling, string>> = {
  'real-time': ', at a real-time priority',
  normal: '',
  refused: ', without a real-time priority (not allowed)',
  'given-up': ', at a real-time priority until it took more than half of a processor',
};

/** What became of the wish that the kernel copies stacks. */
interface SamplerFacts {
  readonly kind: SamplerKind;
  /** Why it does not. */
  readonly refusal: { readonly missing: string; readonly help: string } | null;
}

/**
 * @param isNative whether native frames are recorded, too
 * @returns one or two sentences for the start of a recording; null where there is nothing to say
 */
export function describeSampler(
  wanted: SamplerChoice,
  { kind, refusal }: SamplerFacts,
  isNative = false,
): string | null {
  if (isNative) {
    if (kind === 'kernel')
      return 'native frames of all threads, stacks of running ones are copied in an interrupt (sampler: kernel)';
    const why = refusal === null ? '' : ` For those of running threads, ${refusal.missing}; ${refusal.help}`;
    return `native frames of threads that wait (sampler: memory).${why}`;
  }
  if (wanted === 'memory') return null;
  if (kind === 'kernel') return 'stacks of running threads are copied in an interrupt (sampler: kernel)';
  const why = refusal === null ? '' : `: ${refusal.missing}`;
  return wanted === 'auto' || refusal === null
    ? 'stacks are read from memory (sampler: memory)'
    : `--sampler kernel is not possible here${why}, so stacks are read from memory; ${refusal.help}`;
}

function copiedWords({ sampler, running, copied }: RecordingFacts): string {
  if (sampler !== 'kernel') return '';
  const share = running === 0 ? '' : ` (${((copied / running) * 100).toFixed(1)} %)`;
  return `the kernel copied ${copied} of ${counted(running, 'stack')} of running threads${share}\n`;
}

function budgetWords({ ticks, missed, spared, excess, wanted }: RecordingFacts): string {
  const due = ticks + missed;
  const words = loweredWords({
    spared: Math.round(spared),
    lowered_hz: (wanted.rateHz * due) / (due + spared),
    budget_pct: wanted.budgetPct,
  });
  const above = excess === 0 ? '' : `; it took ${(excess * 100).toFixed(1)} % even at the lowest rate`;
  return words === '' ? '' : `${words} (--rate ${wanted.rateHz})${above}\n`;
}

/**
 * @param target the first process
 * @param options.isShown whether the trace is told of; `hasHints` whether also what to do with it
 * @returns some lines without a newline at the end, not escaped
 */
export function describeRecording(
  recording: RecordingFacts,
  target: { readonly pid: number; readonly pythonVersion: string },
  options: { readonly isShown: boolean; readonly mayLean: boolean; readonly hasHints: boolean },
): string {
  const { ticks, missed, late, samples, processesSeen } = recording;
  const few = fewTicks(missedPct(recording));
  const seconds = recording.elapsedNs / 1e9;
  const rate = seconds > 0 ? ticks / seconds : 0;
  const file = shellWord(recording.path);
  // One of both sentences is enough.
  const meaning = few === null ? missedWords(missed, ticks) : '';
  return (
    `${endings[recording.reason]} after ${seconds.toFixed(1)} s: ${counted(samples, 'sample')} of ` +
    `${processesSeen > 1 ? `${processesSeen} processes, the first ` : 'process '}${target.pid} ` +
    `(Python ${target.pythonVersion}) at ${rate.toFixed(0)} Hz${priorityWords[recording.scheduling]}\n` +
    copiedWords(recording) +
    budgetWords(recording) +
    `missed ${counted(missed, 'tick')}${meaning && ` (${meaning})`}, ${counted(recording.torn, 'sample')} torn, ${recording.failed} failed` +
    (options.isShown ? `; wrote ${file} (${showSize(recording.fileBytes)})` : '') +
    (few === null ? '' : `\nKeep in mind: ${few}`) +
    (options.mayLean ? `\n${leanWords(late, ticks)}` : '') +
    (options.hasHints
      ? `\nNow try:\n  pyspy top ${file}\n  pyspy flame ${file} -o flame.svg\n  pyspy view ${file}\n  pyspy info ${file}`
      : '')
  );
}
