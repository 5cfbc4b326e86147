/** What a result must admit about the samples that it rests on. Field names are those of the JSON. */
import { isImported } from '../../format/database/recordings.js';
import type { TraceReader } from '../../format/reading/reader.js';
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

export function describeQuality(reader: TraceReader, window: Window, counts: WindowCounts): Quality {
  return {
    ticks: counts.ticks,
    missed: counts.missed,
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
