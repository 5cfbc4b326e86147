/** A window as a pprof profile: samples, wall time and CPU time of each stack of each thread. */
import type {
  PprofFunction,
  PprofLabel,
  PprofLocation,
  PprofProfile,
  PprofValueType,
} from '../../format/foreign/pprof.js';
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { emptyStack, functionName, programOf, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { Cell } from '../samples/cell.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { hasCpuToo, type ProfileContext } from './profile-context.js';

const nanoseconds = 'nanoseconds';

/** What a profile is of: one measure of time, or all that are known. */
export type PprofMeasure = 'wall' | 'cpu' | 'all';

/** What the sums of a profile do not say. */
export interface PprofContext extends ProfileContext {
  readonly measure: PprofMeasure;
  /** Whether samples say of which thread, process and task they are. */
  readonly hasLabels: boolean;
  readonly program: string;
  readonly comments: readonly string[];
}

/** One value of each sample. */
interface Column extends PprofValueType {
  readonly of: (cell: Cell) => number;
}

/** @param fold of the window, with CPU time */
export function pprofProfile(fold: Fold, context: PprofContext): PprofProfile {
  const { measure } = context;
  const columns = columnsOf(fold, measure);
  const code = new CodeList(fold, context.detail);
  return {
    sampleTypes: columns,
    defaultType: measure === 'all' ? fold.metric : measure,
    periodType: { type: measure === 'cpu' ? 'cpu' : 'wall', unit: nanoseconds },
    period: Math.round(context.periodNs),
    timeNs: context.timeNs,
    durationNs: Math.round(context.durationNs),
    program: context.program,
    comments: context.comments,
    functions: code.functions,
    locations: code.locations,
    samples: samplesOf(fold, columns, code, context),
  };
}

/** The single measures that a fold has. */
export function measuresOf(fold: Fold): Exclude<PprofMeasure, 'all'>[] {
  return fold.metric === 'cpu' ? ['cpu'] : hasCpuToo(fold) ? ['wall', 'cpu'] : ['wall'];
}

function columnsOf(fold: Fold, measure: PprofMeasure): Column[] {
  const count = { type: 'samples', unit: 'count', of: (cell: Cell) => cell.samples };
  const wall = { type: 'wall', unit: nanoseconds, of: (cell: Cell) => cell.ns };
  const isCpu = fold.metric === 'cpu';
  const cpu = { type: 'cpu', unit: nanoseconds, of: (cell: Cell) => (isCpu ? cell.ns : cell.cpuNs) };
  if (measure !== 'all') return measure === 'cpu' ? [cpu] : [count, wall];
  return [count, ...measuresOf(fold).map((each) => (each === 'cpu' ? cpu : wall))];
}

function* samplesOf(
  fold: Fold,
  columns: readonly Column[],
  code: CodeList,
  { hasLabels }: PprofContext,
): PprofProfile['samples'] & Generator {
  for (const cell of fold.cells) {
    const values = columns.map(({ of }) => Math.round(of(cell)));
    // What used no CPU is nothing in a profile of that alone.
    if (values.every((value) => value === 0)) continue;
    yield { locations: code.path(fold, cell.node), values, labels: hasLabels ? labelsOf(cell) : [] };
  }
}

function labelsOf({ namedThread: { thread, label }, task }: Cell): PprofLabel[] {
  const { pid, pythonVersion } = thread.process;
  const process = programOf(thread.process);
  const labels: PprofLabel[] = [
    { key: 'thread', value: label },
    { key: 'pid', value: pid },
  ];
  if (thread.osId !== null) labels.push({ key: 'thread_id', value: thread.osId });
  if (process !== '') labels.push({ key: 'process', value: process });
  if (pythonVersion !== '') labels.push({ key: 'python', value: pythonVersion });
  if (task !== null) labels.push({ key: 'task', value: task });
  return labels;
}

/** Functions, and lines of them, each once. */
class CodeList {
  readonly functions: PprofFunction[] = [];
  readonly locations: PprofLocation[] = [];
  readonly #detail: FrameDetail;
  readonly #functionAt = new Map<string, number>();
  readonly #locationAt = new Map<string, number>();
  readonly #locationOfFrame: readonly number[];

  constructor({ forest, cells }: Fold, detail: FrameDetail) {
    this.#detail = detail;
    this.#locationOfFrame = forest.frames.map((frame) => this.#locate(frame));
    for (const { node } of cells) if (node < 0) this.#locationOfNone(node);
  }

  /** Locations of a node, innermost first. */
  path({ forest }: Fold, node: number): number[] {
    if (node < 0) return [this.#locationOfNone(node)];
    const path: number[] = [];
    for (let at = node; at >= 0; at = forest.parents[at]!)
      path.push(this.#locationOfFrame[forest.frameOf[at]!]!);
    return path;
  }

  #locate({ function: code, line }: CodeFrame): number {
    const isNameOnly = this.#detail === 'name';
    return this.#location(
      {
        name: functionName(code),
        file: isNameOnly ? '' : code.file,
        startLine: isNameOnly ? 0 : code.firstLine,
      },
      this.#detail === 'line' ? line : 0,
    );
  }

  #locationOfNone(node: number): number {
    return this.#location(
      { name: node === unreadNode ? unknownStack : emptyStack, file: '', startLine: 0 },
      0,
    );
  }

  #location(of: PprofFunction, line: number): number {
    const code = indexOf(
      this.#functionAt,
      this.functions,
      JSON.stringify([of.name, of.file, of.startLine]),
      of,
    );
    return indexOf(this.#locationAt, this.locations, `${code} ${line}`, { function: code, line });
  }
}

/** Where an item is in a list, to which it is added if it is new. */
function indexOf<T>(known: Map<string, number>, list: T[], key: string, item: T): number {
  let at = known.get(key);
  if (at === undefined) {
    at = list.length;
    list.push(item);
    known.set(key, at);
  }
  return at;
}
