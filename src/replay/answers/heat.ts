/** How hot the lines of one source file are: self and total time of each. */
import { compareText } from '../../compare-text.js';
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import type { TraceState } from '../../format/reading/trace-state.js';
import { functionKind } from '../../format/vocabulary.js';
import { functionName, isBinaryCode } from '../names/code-name.js';
import { comparablePath } from '../names/code-origin.js';
import { describeQuality, type Quality } from '../samples/quality.js';
import type { Metric, SampleFilter } from '../samples/sample-filter.js';
import { type Fold, foldWindow } from '../sums/fold.js';
import { type KeySums, sumByKey } from '../sums/key-sums.js';
import { outsideNs } from '../sums/own-time.js';
import { percent, seconds } from '../window/figure.js';
import { type Window, type WindowFigures, windowFigures } from '../window/window.js';

/** Files that are named where none was asked for, or none of that name is there. */
const namedFiles = 5;

interface HeatFigures {
  self_s: number;
  total_s: number;
  self_pct: number;
  total_pct: number;
  self_samples: number;
  total_samples: number;
}

export interface HeatLine extends HeatFigures {
  /** From 1 on; 0 for what belongs to no line. */
  line: number;
  /** Qualified names of the functions that ran here. */
  functions: string[];
}

export interface HeatFile extends HeatFigures {
  /** As the code objects have it. */
  file: string;
}

/** `heat --json` but for the source, see schema/heat.schema.json. */
export interface HeatSums extends Quality, HeatFile {
  state: TraceState;
  window: WindowFigures;
  metric: Metric;
  /** Of all files. */
  samples: number;
  window_s: number;
  /** With --mine, time of stacks without a line of one's own; else null. */
  outside_s: number | null;
  lines: HeatLine[];
  /** The hottest of the others. */
  other_files: HeatFile[];
}

export interface Heat {
  readonly sums: HeatSums;
  /** The file's functions that were on a stack. */
  readonly functions: readonly CodeFunction[];
}

/**
 * Sums up a window by the lines of one file.
 * @param name a file's path, or the end of it; null for the one with the most self time
 * @returns null where there are no samples of any file
 * @throws PyspyError as foldWindow does, and of kind "usage" where no file or more than one has this name
 */
export function heatOf(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  { name, rollups }: { readonly name: string | null; readonly rollups: boolean },
): Heat | null {
  // Native code has no lines here: it counts for the line that called it.
  const fold = foldWindow(reader, window, { ...filter, native: 'none' }, { rollups });
  const files = sumFiles(fold);
  if (files.length === 0) return null;
  const chosen = name === null ? files[0]! : findFile(files, name);
  const isHere = (code: CodeFunction) => isSource(code) && code.file === chosen.file;
  const { frames } = fold.forest;
  const functions = [...new Set(frames.map((frame) => frame.function).filter(isHere))];
  const sums: HeatSums = {
    state: reader.state(),
    window: windowFigures(window),
    metric: fold.metric,
    samples: fold.samples,
    window_s: seconds(fold.ns),
    outside_s: filter.stacks?.mine == null ? null : seconds(outsideNs(fold)),
    ...describeQuality(reader, window, fold.counts),
    ...chosen,
    lines: sumLines(fold, isHere),
    other_files: files.filter((file) => file !== chosen).slice(0, namedFiles),
  };
  return { sums, functions };
}

/** Whether code can have a source file: it is Python's, and in a file that is no binary. */
export function isSource(code: CodeFunction): boolean {
  return code.kind === functionKind.python && code.file !== '' && !isBinaryCode(code);
}

/** Python files, the one with the most self time first. */
function sumFiles(fold: Fold): HeatFile[] {
  const names = new Map<string, number>();
  const keys = fold.forest.frames.map(({ function: code }) => {
    const name = isSource(code) ? code.file : '';
    if (!names.has(name)) names.set(name, names.size);
    return names.get(name)!;
  });
  const sums = sumByKey(fold, keys, names.size);
  return [...names]
    .flatMap(([file, key]) => (file === '' ? [] : [{ file, ...figuresOf(fold, sums, key) }]))
    .sort((a, b) => b.self_s - a.self_s || b.total_s - a.total_s || compareText(a.file, b.file));
}

function sumLines(fold: Fold, isHere: (code: CodeFunction) => boolean): HeatLine[] {
  const elsewhere = -1;
  const numbers = new Map<number, { readonly key: number; readonly functions: Set<string> }>();
  const keys = fold.forest.frames.map(({ function: code, line: ran }) => {
    const line = isHere(code) ? ran : elsewhere;
    if (!numbers.has(line)) numbers.set(line, { key: numbers.size, functions: new Set() });
    const { key, functions } = numbers.get(line)!;
    functions.add(functionName(code));
    return key;
  });
  const sums = sumByKey(fold, keys, numbers.size);
  return [...numbers]
    .filter(([line]) => line !== elsewhere)
    .map(([line, { key, functions }]) => ({
      line,
      ...figuresOf(fold, sums, key),
      functions: [...functions].sort(compareText),
    }))
    .sort((a, b) => a.line - b.line);
}

function figuresOf({ ns }: Fold, sums: KeySums, key: number): HeatFigures {
  const [self, total] = [sums.self[key]!, sums.total[key]!];
  return {
    self_s: seconds(self),
    total_s: seconds(total),
    self_pct: percent(self, ns),
    total_pct: percent(total, ns),
    self_samples: sums.selfSamples[key]!,
    total_samples: sums.totalSamples[key]!,
  };
}

/** @throws PyspyError of kind "usage" that names files instead */
function findFile(files: readonly HeatFile[], name: string): HeatFile {
  const end = `/${comparablePath(name).replace(/^(?:\.\/+)+|^\/+/g, '')}`;
  const exact = files.find(({ file }) => file === name);
  const found = exact
    ? [exact]
    : files.filter(({ file }) => `/${comparablePath(file).replace(/^\/+/, '')}`.endsWith(end));
  if (found.length === 1) return found[0]!;
  const list = (of: readonly HeatFile[]) =>
    of
      .slice(0, namedFiles)
      .map(({ file }) => file)
      .join(', ') + (of.length > namedFiles ? ', …' : '.');
  if (found.length === 0)
    throw new PyspyError('usage', `no code of a file named ${name} is in this window`, {
      hint: `The hottest files are ${list(files)}`,
    });
  throw new PyspyError('usage', `${found.length} files are named ${name}`, {
    hint: `Give more of the path: ${list(found)}`,
  });
}
