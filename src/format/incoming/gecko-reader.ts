/**
 * Reads profiles of the Firefox Profiler (of pyspy, CPython, samply, perf script gecko …) in its processed format: the versions in which
 * tables are of each thread, and those in which threads share them. CPU use and markers are left out.
 */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import type { ImportOptions } from '../encodings/import-fault.js';
import { type Fields, JsonFields, textOf } from '../encodings/json-fields.js';
import { idOf, lineOf } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

/** Of moments, so that they stay exact. */
const latestMs = 4e9;

/** Columns of the tables of stacks, frames and functions. */
interface Tables {
  readonly strings: readonly unknown[];
  readonly stackFrame: readonly unknown[];
  /** Index of the caller, or null; or how far before it is, 0 for none. */
  readonly prefix: readonly unknown[];
  readonly isOffset: boolean;
  readonly frameFunction: readonly unknown[];
  readonly frameLine: readonly unknown[];
  readonly functionName: readonly unknown[];
  readonly functionLine: readonly unknown[];
  /** Index of a text, by function, or by source where functions have one. */
  readonly fileNames: readonly unknown[];
  readonly functionSource: readonly unknown[] | null;
}

/** @throws PyspyError of kind "trace" where it is damaged or not processed, here or when samples are read */
export function readGecko(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const json = new JsonFields(file, path, 'a processed profile of the Firefox Profiler');
  const root = json.fields(json.root);
  const meta = json.fields(root.meta);
  if (meta.preprocessedProfileVersion === undefined)
    throw json.fault('it is raw; the Firefox Profiler saves it in the format that can be read');
  const started = typeof meta.startTime === 'number' && meta.startTime > 0 ? meta.startTime : 0;
  const isTime = Number.isFinite(started) && started < 1e14;
  return {
    startedUtcNs: isTime && started > 0 ? BigInt(Math.round(started * 1e3)) * 1_000n : null,
    hasTimes: json
      .list(root.threads)
      .every((thread) => timesOf(json.fields(json.fields(thread).samples)) !== null),
    samples: listSamples(root, json.number(meta.interval, 0), json),
  };
}

function* listSamples(root: Fields, intervalMs: number, json: JsonFields): Generator<ImportedSample, void> {
  const list = new FrameList(json.path);
  const shared = root.shared === undefined ? {} : json.fields(root.shared);
  // Made once where threads share all of it.
  let sharedStacks: Stacks | null = null;
  for (const item of json.list(root.threads)) {
    const thread = json.fields(item);
    const isShared = thread.stackTable === undefined;
    const stacks: Stacks =
      (isShared ? sharedStacks : null) ?? new Stacks(tablesOf({ ...shared, ...thread }, json), list, json);
    if (isShared) sharedStacks = stacks;
    const who: ImportedThread = {
      ...{ pid: idOf(thread.pid), osId: idOf(thread.tid), pythonVersion: '' },
      name: textOf(thread.name),
      command: textOf(thread.processName) === null ? [] : [textOf(thread.processName)!],
    };
    const samplesTable = json.fields(thread.samples);
    const { stack, weight, weightType } = samplesTable;
    const times = timesOf(samplesTable)?.map((ms) => json.number(ms, -latestMs)) ?? null;
    let sum = 0;
    const isMs = weightType === 'tracing-ms';
    if (weightType === 'bytes') throw json.fault('it is about bytes, not about time');
    const weights = weight === null || weight === undefined ? null : json.list(weight);
    for (const [at, index] of json.list(stack).entries()) {
      sum += times?.[at] ?? 0;
      if (index === null) continue;
      const value = weights === null ? 1 : json.number(weights[at], 0);
      const wallNs = Math.round((isMs ? value : value * intervalMs) * 1e6);
      const samples = isMs ? 1 : Math.max(1, Math.round(value));
      if (wallNs === 0) continue;
      const sample = { thread: who, frames: stacks.get(index), task: null, samples, wallNs, cpuNs: null };
      if (times === null) {
        yield sample;
        continue;
      }
      const ms = samplesTable.timeDeltas === undefined ? times[at] : sum;
      if (ms === undefined || Math.abs(ms) > latestMs)
        throw json.fault('a time of it is not where it can be');
      yield { ...sample, fromNs: Math.round(ms * 1e6) };
    }
  }
}

/** When samples were, or how long after the one before, in ms; null where neither is told. */
function timesOf({ time, timeDeltas }: Fields): readonly unknown[] | null {
  const times = timeDeltas ?? time;
  return Array.isArray(times) ? times : null;
}

function tablesOf(of: Fields, json: JsonFields): Tables {
  const [stacks, frames, functions] = [of.stackTable, of.frameTable, of.funcTable].map((table) =>
    json.fields(table),
  ) as [Fields, Fields, Fields];
  const isOffset = stacks.prefix === undefined;
  const sources = of.sources === undefined ? null : json.list(json.fields(of.sources).filename);
  const names = json.list(functions.name);
  const source = functions.source === undefined ? null : json.list(functions.source);
  return {
    strings: json.list(of.stringArray),
    stackFrame: json.list(stacks.frame),
    ...{ prefix: json.list(isOffset ? stacks.prefixOffset : stacks.prefix), isOffset },
    frameFunction: json.list(frames.func),
    frameLine: json.list(frames.line),
    functionName: names,
    functionLine: json.list(functions.lineNumber),
    // Not put together here: many threads can share one large table.
    fileNames: source === null ? json.list(functions.fileName) : (sources ?? []),
    functionSource: source,
  };
}

/** The stacks of a table, as lists of frames. */
class Stacks {
  readonly #tables: Tables;
  readonly #list: FrameList;
  readonly #json: JsonFields;
  readonly #frames: (ImportedFrame | undefined)[] = [];

  constructor(tables: Tables, list: FrameList, json: JsonFields) {
    this.#tables = tables;
    this.#list = list;
    this.#json = json;
  }

  get(index: unknown): ImportedFrame[] {
    const { stackFrame, prefix, isOffset } = this.#tables;
    const frames: ImportedFrame[] = [];
    let at = this.#index(index, stackFrame.length);
    for (;;) {
      frames.push(this.#frame(stackFrame[at]));
      const caller = prefix[at];
      if (isOffset ? caller === 0 : caller === null) return frames.reverse();
      const before = this.#index(isOffset ? at - Number(caller) : caller, stackFrame.length);
      // Callers come first: so no stack has a loop.
      if (before >= at) throw this.#json.fault('a caller of it does not come first');
      at = before;
      this.#json.depth(frames.length);
    }
  }

  #frame(index: unknown): ImportedFrame {
    const { frameFunction, frameLine, functionName, functionLine, functionSource, fileNames } = this.#tables;
    const at = this.#index(index, frameFunction.length);
    let frame = this.#frames[at];
    if (frame === undefined) {
      const code = this.#index(frameFunction[at], functionName.length);
      const file = functionSource === null ? code : functionSource[code];
      frame = this.#list.get(
        this.#text(functionName[code]),
        this.#text(typeof file === 'number' ? fileNames[file] : null),
        lineOf(frameLine[at]),
        lineOf(functionLine[code]),
      );
      this.#frames[at] = frame;
    }
    return frame;
  }

  #text(index: unknown): string {
    return index === null || index === undefined ? '' : (textOf(this.#tables.strings[Number(index)]) ?? '');
  }

  #index(value: unknown, length: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= length)
      throw this.#json.fault('a row of it is not listed');
    return value;
  }
}
