/** What makes each format of `export`, from a window of a trace to chunks. */
import { basename } from 'node:path';
import { writeCallgrind } from '../../format/foreign/callgrind.js';
import { writeFolded } from '../../format/foreign/folded.js';
import { writeGecko } from '../../format/foreign/gecko.js';
import { writeJsonLines } from '../../format/foreign/json-lines.js';
import { writeOtlp, writeOtlpJson } from '../../format/foreign/otlp.js';
import type { OtlpKeyValue, OtlpProfiles } from '../../format/foreign/otlp-messages.js';
import { writePprof } from '../../format/foreign/pprof.js';
import { writePstats } from '../../format/foreign/pstats.js';
import { writeSpeedscope } from '../../format/foreign/speedscope.js';
import { writeTraceEvents } from '../../format/foreign/trace-event.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { describeCommand } from '../../render/text/heading.js';
import { callGraph } from '../../replay/exports/call-graph.js';
import { geckoProfile } from '../../replay/exports/gecko.js';
import { otlpProfiles } from '../../replay/exports/otlp.js';
import { describeResource } from '../../replay/exports/otlp-resource.js';
import { measuresOf, type PprofMeasure, pprofProfile } from '../../replay/exports/pprof.js';
import type { ProfileContext } from '../../replay/exports/profile-context.js';
import { listSamples } from '../../replay/exports/sample-lines.js';
import { readTimeline } from '../../replay/exports/timeline.js';
import { listTraceEvents } from '../../replay/exports/trace-events.js';
import type { FrameDetail } from '../../replay/names/frame-text.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import { type Fold, foldWindow } from '../../replay/sums/fold.js';
import { listFoldedStacks } from '../../replay/trees/folded-stacks.js';
import type { Window } from '../../replay/window/window.js';
import { readVersion } from '../../version.js';
import type { ExportFormat } from './export-formats.js';
import { drawPage } from './report.js';

/** What is exported, and as what. */
export interface ExportedWindow {
  readonly reader: TraceReader;
  readonly window: Window;
  readonly filter: SampleFilter;
  readonly detail: FrameDetail;
  /** Whether folded stacks begin with their thread. */
  readonly threads: boolean;
  /** Whether samples of pprof say whose they are (default: yes). */
  readonly sampleLabels?: boolean;
  /** What OpenTelemetry's profiles say of a process (default: what the trace knows). */
  readonly resource?: (reader: TraceReader, process: ProcessRow) => OtlpKeyValue[];
}

export interface Exported {
  readonly chunks: Iterable<string | Uint8Array>;
  /** What is exported, summed up; of what is exported whole, the counts alone. */
  readonly fold: Fold | Pick<Fold, 'samples' | 'counts'>;
}

type Exporter = (of: ExportedWindow) => Exported;

/** @throws PyspyError as foldWindow does; chunks may, too */
export const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  folded: ({ reader, window, filter, ...options }) => {
    const fold = foldWindow(reader, window, filter);
    return { fold, chunks: writeFolded(listFoldedStacks(fold, options)) };
  },

  speedscope: ({ reader, window, filter, detail }) => {
    const { file, fold } = readTimeline(reader, window, filter, {
      detail,
      name: titleOf(reader),
      exporter: exporterName(),
    });
    return { fold, chunks: writeSpeedscope(file) };
  },

  pprof: (of) => {
    const fold = foldWindow(of.reader, of.window, of.filter, { cpu: true });
    return { fold, chunks: pprofOf(of, fold, 'all') };
  },

  pstats: ({ reader, window, filter, detail }) => {
    const fold = foldWindow(reader, window, filter);
    // It has functions, no lines.
    return { fold, chunks: writePstats(callGraph(fold, detail === 'line' ? 'function' : detail)) };
  },

  callgrind: ({ reader, window, filter, detail }) => {
    const fold = foldWindow(reader, window, filter);
    const isCpu = filter.metric === 'cpu';
    const chunks = writeCallgrind({
      creator: exporterName(),
      command: commandOf(reader),
      event: isCpu ? 'Cpu' : 'Wall',
      eventText: isCpu ? 'CPU time (ns)' : 'Wall time (ns)',
      graph: callGraph(fold, detail),
    });
    return { fold, chunks };
  },

  chrome: ({ reader, window, filter, detail }) => {
    const fold = foldWindow(reader, window, filter);
    const events = listTraceEvents(fold, { reader, window, filter }, detail);
    return {
      fold,
      chunks: writeTraceEvents(events, { exporter: exporterName(), trace: titleOf(reader) }),
    };
  },

  gecko: ({ reader, window, filter, detail }) => {
    const fold = foldWindow(reader, window, filter);
    const periodNs = meanPeriodNs(reader);
    const profile = geckoProfile(fold, { reader, window, filter }, detail, {
      product: titleOf(reader),
      exporter: exporterName(),
      arguments: commandOf(reader),
      startTimeMs: Number(utcNs(reader, 0) / 1_000n) / 1e3,
      intervalMs: periodNs === 0 ? 1 : periodNs / 1e6,
    });
    return { fold, chunks: writeGecko(profile) };
  },

  jsonl: ({ reader, window, filter, detail }) => {
    const fold = foldWindow(reader, window, filter);
    return { fold, chunks: writeJsonLines(listSamples(fold, { reader, window, filter }, detail)) };
  },

  otlp: (of) => {
    const { profiles, fold } = foldOtlp(of);
    return { fold, chunks: writeOtlp(profiles) };
  },

  'otlp-json': (of) => {
    const { profiles, fold } = foldOtlp(of);
    return { fold, chunks: writeOtlpJson(profiles) };
  },

  html: ({ reader, window }) => {
    const { text, counts } = drawPage(reader, window, {
      title: basename(reader.path),
      mine: null,
      isServed: false,
    });
    return { chunks: [text], fold: { samples: counts.samples, counts } };
  },
};

/**
 * A profile in pprof of each measure of time that is known.
 * @throws PyspyError as foldWindow does; chunks may, too
 */
export function exportByMeasure(of: ExportedWindow): {
  readonly fold: Fold;
  readonly profiles: readonly {
    readonly measure: 'wall' | 'cpu';
    readonly chunks: Iterable<Uint8Array>;
  }[];
} {
  const fold = foldWindow(of.reader, of.window, of.filter, { cpu: true });
  return {
    fold,
    profiles: measuresOf(fold).map((measure) => ({ measure, chunks: pprofOf(of, fold, measure) })),
  };
}

function pprofOf(
  { reader, window, detail, sampleLabels }: ExportedWindow,
  fold: Fold,
  measure: PprofMeasure,
): Iterable<Uint8Array> {
  return writePprof(
    pprofProfile(fold, {
      ...profileContext(reader, window, detail),
      measure,
      hasLabels: sampleLabels ?? true,
      program: reader.processes()[0]?.executable ?? '',
      comments: [exporterName(), titleOf(reader)],
    }),
  );
}

function foldOtlp({ reader, window, filter, detail, resource = describeResource }: ExportedWindow): {
  readonly profiles: OtlpProfiles;
  readonly fold: Fold;
} {
  const fold = foldWindow(reader, window, filter, { cpu: true });
  const profiles = otlpProfiles(fold, {
    ...profileContext(reader, window, detail),
    scope: { name: 'pyspy', version: readVersion() },
    resource: (process) => resource(reader, process),
  });
  return { profiles, fold };
}

function profileContext(reader: TraceReader, window: Window, detail: FrameDetail): ProfileContext {
  return {
    detail,
    timeNs: utcNs(reader, window.fromNs),
    durationNs: reader.hasTimes() ? window.toNs - window.fromNs : 0,
    periodNs: meanPeriodNs(reader),
  };
}

/** The trace and the command that was recorded. */
function titleOf(reader: TraceReader): string {
  return `${basename(reader.path)}: ${commandOf(reader)}`;
}

function commandOf(reader: TraceReader): string {
  return describeCommand({ path: reader.path, processes: reader.processes() });
}

function exporterName(): string {
  return `pyspy ${readVersion()}`;
}

/** A moment of the time line, in ns since 1970; 0 where not known. */
function utcNs(reader: TraceReader, ns: number): bigint {
  const first = reader.recordings[0];
  // Of what was imported, it may not be known.
  if (first === undefined || first.startedUtcNs === 0n) return 0n;
  return first.startedUtcNs + BigInt(Math.round(ns - first.offsetNs));
}

/** By the rate that was asked for; 0 where the recordings do not have the same, or none. */
function meanPeriodNs({ recordings }: TraceReader): number {
  const rates = new Set(recordings.map(({ rateHz }) => rateHz));
  const [rate = 0] = rates;
  return rates.size === 1 && rate > 0 ? 1e9 / rate : 0;
}
