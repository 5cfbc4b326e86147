/** The formats of `export`, as data of which help, completion and checks are made. It imports nothing: --help loads it. */

export interface ExportFormatRow {
  /** What it is and what opens it, in a line of help. */
  readonly about: string;
  /** What may be shown on a terminal, and as what. */
  readonly content: 'text' | 'json' | 'bytes';
  /** Whether it has the times of samples. */
  readonly times?: true;
  /** Whether it has all samples of the window: no filter applies. */
  readonly whole?: true;
}

export const exportFormats = {
  folded: { about: 'a line for each stack: flame graph scripts', content: 'text' },
  speedscope: { about: 'JSON with a time line: speedscope', content: 'json', times: true },
  pprof: {
    about: 'wall and CPU time, gzipped: go tool pprof, Grafana, Pyroscope',
    content: 'bytes',
  },
  pstats: {
    about: "for Python's pstats: snakeviz, tuna, gprof2dot",
    content: 'bytes',
  },
  callgrind: {
    about: 'calls and lines: KCachegrind, callgrind_annotate',
    content: 'text',
  },
  chrome: {
    about: 'slices on a time line, JSON: Perfetto, chrome://tracing',
    content: 'json',
    times: true,
  },
  gecko: {
    about: 'threads, samples, markers, JSON: Firefox Profiler',
    content: 'json',
    times: true,
  },
  jsonl: {
    about: 'a line of JSON for each sample: jq, pandas, DuckDB',
    content: 'json',
    times: true,
  },
  otlp: {
    about: "OpenTelemetry's profiles, as protobuf: what collectors take",
    content: 'bytes',
  },
  'otlp-json': {
    about: 'the same as JSON',
    content: 'json',
  },
  html: {
    about: 'the page of "pyspy report", in which filters are chosen',
    content: 'text',
    times: true,
    whole: true,
  },
} as const satisfies Readonly<Record<string, ExportFormatRow>>;

export type ExportFormat = keyof typeof exportFormats;

export const exportFormatNames = Object.keys(exportFormats) as readonly ExportFormat[];

/** Of a format. */
export function exportFormatRow(format: ExportFormat): ExportFormatRow {
  return exportFormats[format];
}
