/** The formats of `import`, as data of which help and completion are made. It imports nothing: --help loads it. */

export const importFormats = {
  folded: 'stacks with counts, with --rate: py-spy raw, CPython collapsed',
  speedscope: 'JSON of py-spy, pyspy, austin2speedscope …',
  pprof: 'of Go, Pyroscope, Parca, pyspy …; gzipped or not',
  gecko: 'of the Firefox Profiler, processed: samply, CPython, pyspy …',
  chrome: 'slices of py-spy chrometrace, viztracer, pyspy …',
  austin: "Austin's text, in any mode but memory",
  mojo: "Austin's binary, likewise",
  cpython: "--binary of CPython's profiling.sampling",
  'cpython-jsonl': '--jsonl of the same: own time, no callers',
  pstats: 'of cProfile …: own time of functions, by direct callers',
  perf: 'what perf script prints, with names of python -X perf',
} as const satisfies Readonly<Record<string, string>>;

export type ImportFormat = keyof typeof importFormats;

export const importFormatNames = Object.keys(importFormats) as readonly ImportFormat[];
