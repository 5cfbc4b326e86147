/** Reads pprof's profile.proto, gzipped or not: of pyspy, Go, Pyroscope, Parca, austin2pprof … */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions, maxDepth, needsRate } from '../encodings/import-fault.js';
import { bytesOf, type Message, numbersOf, readMessage } from '../encodings/protobuf-message.js';
import { TextIds } from '../encodings/text-ids.js';
import { idOf, lineOf, unitsNs } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

/** Functions at one location that a compiler has put into one another. */
const maxInlined = 1_000;

interface Tables {
  readonly path: string;
  readonly strings: readonly string[];
  /** By id, the frames of a location, innermost first: several where functions were inlined. */
  readonly locations: ReadonlyMap<bigint, readonly ImportedFrame[]>;
}

/** Where the values of a sample are; -1 for none. */
interface Columns {
  readonly count: number;
  readonly wall: number;
  readonly wallNs: number;
  readonly cpu: number;
  readonly cpuNs: number;
  /** What one sample stands for where only counts are there. */
  readonly periodNs: number;
}

/** @throws PyspyError of kind "trace" where it is damaged, here or when samples are read; "usage" for counts without a rate */
export function readPprof(file: Uint8Array, { path, rateHz }: ImportOptions): ImportedProfile {
  return guarded(path, () => {
    const profile = readMessage(file);
    const strings = bytesOf(profile, 6).map((text) => Buffer.from(text).toString('utf8'));
    const tables = { path, strings, locations: readLocations(profile, strings, path) };
    const columns = chooseColumns(profile, { path, rateHz }, strings);
    const timeNs = BigInt.asIntN(64, numbersOf(profile, 9)[0] ?? 0n);
    return {
      startedUtcNs: timeNs > 0n ? timeNs : null,
      hasTimes: false,
      samples: listSamples(bytesOf(profile, 2), columns, tables),
    };
  });
}

/** Whether bytes that are not compressed can be a profile: it begins with a type of value. */
export function looksPprof(file: Uint8Array): boolean {
  return file[0] === 0x0a && file.length > 2 && file[1]! < 0x20;
}

function* listSamples(
  samples: readonly Uint8Array[],
  columns: Columns,
  tables: Tables,
): Generator<ImportedSample, void> {
  const { path, strings, locations } = tables;
  const threads = new Threads();
  for (const bytes of samples) {
    const sample = guarded(path, () => readMessage(bytes));
    const values = guarded(path, () =>
      numbersOf(sample, 2).map((value) => exact(BigInt.asIntN(64, value), path)),
    );
    const at = (column: number): number => values[column] ?? 0;
    if (values.some((value) => value < 0)) throw cannotImport(path, 'it is the difference of two profiles');
    const wallNs = Math.round(
      columns.wall >= 0
        ? at(columns.wall) * columns.wallNs
        : columns.cpu >= 0
          ? at(columns.cpu) * columns.cpuNs
          : at(columns.count) * columns.periodNs,
    );
    const cpuNs = columns.cpu < 0 ? null : Math.round(at(columns.cpu) * columns.cpuNs);
    const counted = at(columns.count);
    if (wallNs === 0 && counted === 0 && (cpuNs ?? 0) === 0) continue;
    const ids = guarded(path, () => numbersOf(sample, 1));
    const frames: ImportedFrame[] = [];
    for (const id of ids) {
      const found = locations.get(id);
      if (found === undefined) throw cannotImport(path, 'a stack has a location that is not listed');
      if (frames.length + found.length > maxDepth) throw cannotImport(path, 'a stack of it has no end');
      frames.push(...found);
    }
    frames.reverse();
    const labels = guarded(path, () => readLabels(sample, strings));
    const thread = threads.of(labels);
    const task = textOf(labels, 'task');
    yield { thread, frames, task, samples: Math.max(1, counted), wallNs, cpuNs };
  }
}

function chooseColumns(
  profile: Message,
  { path, rateHz }: ImportOptions,
  strings: readonly string[],
): Columns {
  const types = bytesOf(profile, 1).map((bytes) => readType(bytes, strings));
  const timeOf = (name: RegExp) => types.findIndex(({ type, unit }) => name.test(type) && unit in unitsNs);
  const count = types.findIndex(
    ({ type, unit }) => unit === 'count' && /^(?:samples?|count|events?)$/i.test(type),
  );
  const [wall, cpu] = [timeOf(/^(?:wall|time|delay)/i), timeOf(/^cpu/i)];
  if (count < 0 && wall < 0 && cpu < 0)
    throw cannotImport(
      path,
      `it is about ${types.map(({ type, unit }) => `${type} (${unit})`).join(', ') || 'nothing'}, not about time`,
    );
  const unitOf = (column: number) => unitsNs[types[column]?.unit ?? ''] ?? 0;
  const period = exact(numbersOf(profile, 12)[0] ?? 0n, path);
  const periodType = bytesOf(profile, 11)[0];
  const periodUnit = periodType === undefined ? 0 : (unitsNs[readType(periodType, strings).unit] ?? 0);
  const periodNs = rateHz === null ? period * periodUnit : 1e9 / rateHz;
  if (wall < 0 && cpu < 0 && periodNs <= 0) throw needsRate(path);
  return { count, wall, wallNs: unitOf(wall), cpu, cpuNs: unitOf(cpu), periodNs };
}

function readType(bytes: Uint8Array, strings: readonly string[]): { type: string; unit: string } {
  const message = readMessage(bytes);
  const text = (field: number) => strings[Number(numbersOf(message, field)[0] ?? 0n)] ?? '';
  return { type: text(1), unit: text(2) };
}

function readLocations(profile: Message, strings: readonly string[], path: string): Tables['locations'] {
  const functions = new Map<bigint, { name: string; file: string; firstLine: number }>();
  for (const bytes of bytesOf(profile, 5)) {
    const message = readMessage(bytes);
    const text = (field: number) => strings[Number(numbersOf(message, field)[0] ?? 0n)] ?? '';
    functions.set(numbersOf(message, 1)[0] ?? 0n, {
      name: text(2) || text(3),
      file: text(4),
      firstLine: lineOf(numbersOf(message, 5)[0]),
    });
  }
  const list = new FrameList(path);
  const locations = new Map<bigint, ImportedFrame[]>();
  for (const bytes of bytesOf(profile, 4)) {
    const message = readMessage(bytes);
    const lines = bytesOf(message, 4);
    if (lines.length > maxInlined) throw new Error('a location has too many lines');
    const frames = lines.map((line) => {
      const fields = readMessage(line);
      const code = functions.get(numbersOf(fields, 1)[0] ?? 0n);
      return code === undefined
        ? list.get('???', '', 0)
        : list.get(code.name, code.file, lineOf(numbersOf(fields, 2)[0]), code.firstLine);
    });
    // Without symbols there is an address alone.
    const address = numbersOf(message, 3)[0] ?? 0n;
    if (frames.length === 0) frames.push(list.get(`0x${address.toString(16)}`, '', 0));
    locations.set(numbersOf(message, 1)[0] ?? 0n, frames);
  }
  return locations;
}

function readLabels(sample: Message, strings: readonly string[]): Map<string, string | number> {
  const labels = new Map<string, string | number>();
  for (const bytes of bytesOf(sample, 3)) {
    const message = readMessage(bytes);
    const key = strings[Number(numbersOf(message, 1)[0] ?? 0n)] ?? '';
    const text = numbersOf(message, 2)[0];
    const number = BigInt.asIntN(64, numbersOf(message, 3)[0] ?? 0n);
    // Other programs have ids among them that are larger than any that is used here.
    labels.set(key, text === undefined ? Number(number) : (strings[Number(text)] ?? ''));
  }
  return labels;
}

/** Threads as labels tell them, each once. */
class Threads {
  readonly #texts = new TextIds();
  readonly #known = new Map<string, ImportedThread>();

  of(labels: ReadonlyMap<string, string | number>): ImportedThread {
    const [pid, osId] = [idOf(labels.get('pid')), idOf(labels.get('thread_id'))];
    const name = textOf(labels, 'thread') ?? textOf(labels, 'thread_name');
    const command = textOf(labels, 'process');
    const pythonVersion = textOf(labels, 'python') ?? '';
    const texts = [name ?? '', command ?? '', pythonVersion].map((text) => this.#texts.of(text));
    const key = [pid, osId, ...texts].join();
    let thread = this.#known.get(key);
    if (thread === undefined) {
      thread = { pid, osId, name, command: command === null ? [] : [command], pythonVersion };
      this.#known.set(key, thread);
    }
    return thread;
  }
}

function textOf(labels: ReadonlyMap<string, string | number>, key: string): string | null {
  const text = labels.get(key);
  return typeof text === 'string' && text !== '' ? text : null;
}

function exact(value: bigint, path: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw cannotImport(path, 'a number of it is too large');
  return number;
}

/** What the library throws at damaged bytes in our words. */
function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && error.constructor === Error))
      throw cannotImport(path, `it is damaged (${error.message})`);
    throw error;
  }
}
