/**
 * Reads statistics (CPython's Lib/pstats.py) of cProfile, of profiling.sampling and of pyspy: the time of each function, and by which
 * function it was called. Who called that is not in there: stacks have two frames at most, and what is outside of them is not known.
 */
import { tooMuch } from '../assembly/import-limits.js';
import {
  type ImportedFrame,
  type ImportedProfile,
  type ImportedSample,
  unknownThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions } from '../encodings/import-fault.js';
import { type MarshalValue, readMarshal } from '../encodings/marshal-reader.js';
import { lineOf } from '../encodings/told-numbers.js';
import { FrameList } from './frame-list.js';

/** Seconds by which sums of callers may be off: each was rounded. */
const tolerated = 1e-6;
/** Of all functions together: a dict of callers can stand for each of them by a reference of five bytes. */
const mostCallers = 2_000_000;
/** The key with which profiling.sampling says that calls are samples. */
const sampledKey = '__sampled__';

type Pairs = readonly (readonly [MarshalValue, MarshalValue])[];

/** @throws PyspyError of kind "trace" where it is damaged, here or when samples are read */
export function readPstats(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const root = readMarshal(file, path);
  return {
    startedUtcNs: null,
    hasTimes: false,
    samples: new Statistics(pairsOf(root, path), path).samples(),
  };
}

/** Whether a file begins with a dict whose first key is a tuple. */
export function looksPstats(file: Uint8Array): boolean {
  const [first = 0, second = 0] = file;
  return (first & 0x7f) === 0x7b && ((second & 0x7f) === 0x28 || (second & 0x7f) === 0x29);
}

class Statistics {
  readonly #pairs: Pairs;
  readonly #path: string;
  readonly #list: FrameList;
  /** Whether calls are samples, and lines are those that ran. */
  readonly #isSampled: boolean;
  #callerCount = 0;

  constructor(pairs: Pairs, path: string) {
    this.#path = path;
    this.#list = new FrameList(path);
    const functions = pairs.filter(([key]) => !isSampledKey(key));
    this.#isSampled = functions.length < pairs.length;
    this.#pairs = functions;
  }

  *samples(): Generator<ImportedSample, void> {
    for (const [key, value] of this.#pairs) {
      const frame = this.#frame(key);
      if (!isList(value) || value.length < 5) throw this.#fault('a function of it has no sums');
      const own = this.#seconds(value[2]);
      const counted = this.#isSampled ? this.#count(value[0]) : 1;
      const callers = this.#isSampled ? [] : this.#callers(value[4]!);
      const told = callers.reduce((sum, { seconds }) => sum + seconds, 0);
      const isTold = told <= own + tolerated;
      if (isTold) for (const { caller, seconds } of callers) yield* this.#sample([caller, frame], seconds, 1);
      yield* this.#sample([frame], isTold ? own - told : own, counted);
    }
  }

  *#sample(frames: ImportedFrame[], seconds: number, samples: number): Generator<ImportedSample, void> {
    const wallNs = Math.round(seconds * 1e9);
    if (wallNs > 0)
      yield { thread: unknownThread, frames, isCut: true, task: null, samples, wallNs, cpuNs: null };
  }

  /** What of a function's own time it spent when each of its callers had called it; older files only count these calls. */
  #callers(value: MarshalValue): { caller: ImportedFrame; seconds: number }[] {
    const pairs = pairsOf(value, this.#path);
    this.#callerCount += pairs.length;
    if (this.#callerCount > mostCallers) throw tooMuch(this.#path, `over ${mostCallers} callers`);
    return pairs.flatMap(([key, sums]) =>
      isList(sums) && sums.length === 4
        ? [{ caller: this.#frame(key), seconds: this.#seconds(sums[2]) }]
        : [],
    );
  }

  #frame(key: MarshalValue): ImportedFrame {
    const [file, line, name] = isList(key) ? key : [];
    if (typeof file !== 'string' || typeof line !== 'number' || typeof name !== 'string')
      throw this.#fault('a function of it is none');
    const own = lineOf(line);
    const place = file === '~' ? '' : file;
    return this.#isSampled ? this.#list.get(name, place, own) : this.#list.get(name, place, 0, own);
  }

  /** Of samples; a function that was on stacks and never innermost has none of its own. */
  #count(value: MarshalValue | undefined): number {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw this.#fault('a count of it is none');
    return Math.max(1, value);
  }

  #seconds(value: MarshalValue | undefined): number {
    if (typeof value !== 'number' || !(value >= 0 && value < 1e9)) throw this.#fault('a time of it is none');
    return value;
  }

  #fault(what: string): Error {
    return cannotImport(this.#path, what);
  }
}

function isSampledKey(key: MarshalValue): boolean {
  return isList(key) && key[0] === sampledKey;
}

function isList(value: MarshalValue): value is readonly MarshalValue[] {
  return Array.isArray(value);
}

function pairsOf(value: MarshalValue, path: string): Pairs {
  if (typeof value !== 'object' || value === null || !('pairs' in value))
    throw cannotImport(path, 'it has not the dicts of statistics');
  return value.pairs;
}
