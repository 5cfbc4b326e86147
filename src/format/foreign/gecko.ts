/**
 * The processed format of the Firefox Profiler (https://profiler.firefox.com; the types are in src/types/profile.ts of
 * github.com/firefox-devtools/profiler), in version 60: newer ones are upgraded from it by whoever reads it.
 */

/** Categories, by their index: Firefox colours by them. The first grey one is for what has none. */
export const geckoCategories = [
  { name: 'Other', color: 'grey', subcategories: ['Other'] },
  { name: 'Python', color: 'yellow', subcategories: ['Other'] },
  { name: 'Native', color: 'blue', subcategories: ['Other'] },
  { name: 'Kernel', color: 'orange', subcategories: ['Other'] },
  { name: 'GC', color: 'purple', subcategories: ['Other'] },
] as const;

export type GeckoCategory = (typeof geckoCategories)[number]['name'];

export interface GeckoFunction {
  readonly name: string;
  /** Empty where not known. */
  readonly file: string;
  /** 1-based; 0 where not known. */
  readonly line: number;
}

export interface GeckoFrame {
  /** Index into the functions. */
  readonly function: number;
  /** 1-based; 0 where not known. */
  readonly line: number;
  readonly category: GeckoCategory;
}

/** A node of the tree of stacks. */
export interface GeckoStack {
  /** Index into the frames. */
  readonly frame: number;
  /** Index of the caller, which comes before it; -1 for none. */
  readonly parent: number;
}

/** Columns of equal length, in the order of time. */
export interface GeckoSamples {
  readonly length: number;
  /** Indexes into the stacks; null for time without a sample. */
  readonly stack: Iterable<number | null>;
  readonly timeMs: Iterable<number>;
  readonly weightMs: Iterable<number>;
  /** CPU time since the sample before, in ns; null where not known. */
  readonly cpuNs: Iterable<number | null>;
}

export interface GeckoMarker {
  readonly kind: 'GC' | 'Mark' | 'Gap';
  readonly text: string;
  readonly startMs: number;
  /** Null for a moment. */
  readonly endMs: number | null;
}

export interface GeckoThread {
  readonly name: string;
  readonly processName: string;
  readonly pid: number;
  readonly tid: number;
  readonly isMainThread: boolean;
  readonly startMs: number;
  readonly samples: GeckoSamples;
  readonly markers: readonly GeckoMarker[];
}

export interface GeckoProfile {
  readonly product: string;
  readonly exporter: string;
  readonly arguments: string;
  /** Of time zero, since 1970. */
  readonly startTimeMs: number;
  /** Between samples; 1 where not known. */
  readonly intervalMs: number;
  readonly functions: readonly GeckoFunction[];
  readonly frames: readonly GeckoFrame[];
  readonly stacks: { readonly length: number; readonly list: () => Iterable<GeckoStack> };
  readonly threads: Iterable<GeckoThread>;
}

/** Writes a profile in chunks of text. */
export function* writeGecko(profile: GeckoProfile): Generator<string, void> {
  const strings = new Strings();
  yield `{"meta":${JSON.stringify(meta(profile))},"libs":[],"threads":[`;
  let separator = '\n';
  for (const thread of profile.threads) {
    yield separator;
    yield* writeThread(thread, strings);
    separator = ',\n';
  }
  yield '],\n"shared":{';
  yield* writeStacks(profile, strings);
  yield ',\n"stringArray":[';
  yield* writeItems(strings.list());
  yield ']}}\n';
}

function meta({ product, exporter, arguments: args, startTimeMs, intervalMs }: GeckoProfile): object {
  const schema = (name: string) => ({
    name,
    tooltipLabel: `{marker.name}: {marker.data.text}`,
    tableLabel: '{marker.data.text}',
    chartLabel: '{marker.data.text}',
    display: ['marker-chart', 'marker-table', 'timeline-overview'],
    fields: [{ key: 'text', label: 'What', format: 'string' }],
  });
  return {
    ...{ interval: intervalMs, startTime: startTimeMs, processType: 0, product, stackwalk: 1 },
    ...{ version: 31, preprocessedProfileVersion: 60, importedFrom: exporter, arguments: args },
    ...{ symbolicationNotSupported: true, usesOnlyOneStackType: true, sourceCodeIsNotOnSearchfox: true },
    sampleUnits: { time: 'ms', eventDelay: 'ms', threadCPUDelta: 'ns' },
    categories: geckoCategories,
    markerSchema: ['GC', 'Mark', 'Gap'].map(schema),
  };
}

function* writeThread(thread: GeckoThread, strings: Strings): Generator<string, void> {
  const { name, processName, pid, tid, isMainThread, startMs, samples, markers } = thread;
  const head = {
    ...{ processType: 'default', processStartupTime: 0, processShutdownTime: null },
    ...{ registerTime: startMs, unregisterTime: null, pausedRanges: [] },
    ...{ name, processName, isMainThread, pid: String(pid), tid },
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"samples":{"length":${samples.length},"weightType":"tracing-ms"`;
  const columns = {
    ...{ stack: samples.stack, time: samples.timeMs, weight: samples.weightMs },
    threadCPUDelta: samples.cpuNs,
  };
  for (const [column, values] of Object.entries(columns)) {
    yield `,"${column}":[`;
    yield* writeItems(values);
    yield ']';
  }
  const [instant, interval] = [0, 1];
  const table = {
    length: markers.length,
    data: markers.map(({ kind, text }) => ({ type: kind, text })),
    name: markers.map(({ kind }) => strings.get(kind)),
    startTime: markers.map((marker) => marker.startMs),
    endTime: markers.map((marker) => marker.endMs),
    phase: markers.map(({ endMs }) => (endMs === null ? instant : interval)),
    category: markers.map(({ kind }) => categoryIndex(kind === 'GC' ? 'GC' : 'Other')),
  };
  yield `},\n"markers":${JSON.stringify(table)}}`;
}

function* writeStacks(
  { functions, frames, stacks }: GeckoProfile,
  strings: Strings,
): Generator<string, void> {
  const files = new Map<string, number>();
  for (const { file } of functions) if (file !== '' && !files.has(file)) files.set(file, files.size);
  const column = <T, Value>(items: readonly T[], pick: (item: T) => Value): Value[] => items.map(pick);
  const lineOrNull = (line: number) => (line > 0 ? line : null);
  const none = <Value>(items: readonly unknown[], value: Value) => column(items, () => value);
  const tables = {
    sources: {
      length: files.size,
      uuid: none([...files], null),
      filename: [...files.keys()].map((file) => strings.get(file)),
    },
    funcTable: {
      length: functions.length,
      name: column(functions, ({ name }) => strings.get(name)),
      isJS: none(functions, false),
      relevantForJS: none(functions, false),
      resource: none(functions, -1),
      source: column(functions, ({ file }) => files.get(file) ?? null),
      lineNumber: column(functions, ({ line }) => lineOrNull(line)),
      columnNumber: none(functions, null),
    },
    frameTable: {
      length: frames.length,
      address: none(frames, -1),
      inlineDepth: none(frames, 0),
      category: column(frames, ({ category }) => categoryIndex(category)),
      subcategory: none(frames, 0),
      func: column(frames, (frame) => frame.function),
      nativeSymbol: none(frames, null),
      innerWindowID: none(frames, null),
      line: column(frames, ({ line }) => lineOrNull(line)),
      column: none(frames, null),
    },
    resourceTable: { length: 0, lib: [], name: [], host: [], type: [] },
    nativeSymbols: { length: 0, libIndex: [], address: [], name: [], functionSize: [] },
  };
  yield `${JSON.stringify(tables).slice(1, -1)},\n"stackTable":{"length":${stacks.length},"frame":[`;
  yield* writeItems(map(stacks.list(), ({ frame }) => frame));
  yield '],"prefix":[';
  yield* writeItems(map(stacks.list(), ({ parent }) => (parent < 0 ? null : parent)));
  yield ']}';
}

function categoryIndex(name: GeckoCategory): number {
  return geckoCategories.findIndex((category) => category.name === name);
}

function* map<T, Value>(items: Iterable<T>, pick: (item: T) => Value): Generator<Value, void> {
  for (const item of items) yield pick(item);
}

function* writeItems(items: Iterable<string | number | null>): Generator<string, void> {
  let separator = '';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
}

/** Texts, each once. */
class Strings {
  readonly #numbers = new Map<string, number>();

  get(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  list(): Iterable<string> {
    return this.#numbers.keys();
  }
}
