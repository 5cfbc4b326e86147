/** What a result must admit about the samples that it rests on. Field names are those of the JSON. */
import { isImported } from '../../format/database/recordings.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { RecordingInfo } from '../../format/recording-info.js';
import type { BatchCounts } from '../../format/vocabulary.js';
import { seconds } from '../window/figure.js';
import { mayLean } from '../window/lateness-figures.js';
import type { Window } from '../window/window.js';
import type { WindowCounts } from './window-counts.js';

export interface GapFigures {
  from_s: number;
  to_s: number;
  reason: string;
}

export interface Quality {
  /** Ticks of the window. */
  ticks: number;
  /** Scheduled ticks that were skipped because the recorder was late. */
  missed: number;
  /** Ticks that were left out on purpose, to keep to a budget of CPU time. */
  spared: number;
  /** Ticks per second that the rate was lowered to by that, on average; null where it was not, or recordings had several rates. */
  lowered_hz: number | null;
  /** That budget, in percent of one CPU; null where there was none, or several. */
  budget_pct: number | null;
  /** Ticks that came half a millisecond or more after the moment drawn for them, and those of which that is known. */
  late: number;
  late_known: number;
  /** Whether that is so many that figures may lean. */
  may_lean: boolean;
  /** Samples whose stack changed while it was read, could not be read, or lacks frames: all in the window, filtered or not. */
  torn: number;
  failed: number;
  truncated: number;
  /** Stretches of the window in which nothing was sampled. */
  gaps: GapFigures[];
  /** Samples of idle threads that were left out, and their weight. */
  idle_samples: number;
  idle_s: number;
  held_up_s: number;
  /** Samples that `--gil` left out since their interpreter ran without a GIL. */
  gil_off_samples: number;
  /** Samples of which it is not known whether the thread ran: they do not count as idle. All in the window. */
  state_unknown_samples: number;
  /** Samples of running threads without native frames, in a window that has such frames: time in native code is with its callers. */
  native_unknown_samples: number;
  /** Features and sample columns of the trace that this version does not know, and ignored. */
  not_understood: string[];
}

/** What it means that a stack is truncated: it was too deep, or its callers were not in what was imported; "either" where the trace has both. */
export type CutStacks = 'too-deep' | 'no-callers' | 'either';

/** By where the trace comes from: importers cut no stack, recorders know all callers. */
export function cutStacks({ recordings }: TraceReader): CutStacks {
  const imports = recordings.filter(isImported).length;
  return imports === 0 ? 'too-deep' : imports === recordings.length ? 'no-callers' : 'either';
}

/** What the rate of recordings was lowered to on average; see `Quality`. */
export function describeBudget(
  { recordings }: Pick<TraceReader, 'recordings'>,
  { ticks, missed, spared = 0 }: Pick<BatchCounts, 'ticks' | 'missed' | 'spared'>,
): Pick<Quality, 'lowered_hz' | 'budget_pct'> {
  const only = (of: (recording: RecordingInfo) => number | null): number | null => {
    const found = new Set(recordings.map(of));
    return found.size === 1 ? [...found][0]! : null;
  };
  const rateHz = only((recording) => recording.rateHz);
  const due = ticks + missed;
  const isKnown = spared > 0 && due > 0 && rateHz !== null;
  return {
    lowered_hz: isKnown ? Math.round(((rateHz * due) / (due + spared)) * 100) / 100 : null,
    budget_pct: only((recording) => recording.budgetPct),
  };
}

export function describeQuality(reader: TraceReader, window: Window, counts: WindowCounts): Quality {
  return {
    ticks: counts.ticks,
    missed: counts.missed,
    spared: counts.spared,
    ...describeBudget(reader, counts),
    late: counts.late,
    late_known: counts.lateKnown,
    may_lean: mayLean({ late: counts.late, known: counts.lateKnown }),
    torn: counts.torn,
    failed: counts.failed,
    truncated: counts.truncated,
    gaps: reader.gaps(window.fromNs, window.toNs).map((gap) => ({
      from_s: seconds(gap.fromNs),
      to_s: seconds(gap.toNs),
      reason: gap.reason,
    })),
    idle_samples: counts.idleSamples,
    idle_s: seconds(counts.idleNs),
    held_up_s: seconds(counts.heldUpNs),
    gil_off_samples: counts.gilOff,
    state_unknown_samples: counts.stateUnknown,
    native_unknown_samples: counts.native > 0 ? counts.ranPlain : 0,
    not_understood: [...reader.unknownFeatures, ...reader.unknownColumns()],
  };
}
