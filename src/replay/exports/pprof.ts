/** A window as a pprof profile: samples, wall time and CPU time of each stack of each thread. */
import type { PprofFunction, PprofLabel, PprofLocation, PprofProfile } from '../../format/foreign/pprof.js';
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { emptyStack, functionName, programOf, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { Cell } from '../samples/cell.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { hasCpuToo, type ProfileContext } from './profile-context.js';

const nanoseconds = 'nanoseconds';

/** What the sums of a profile do not say. */
export interface PprofContext extends ProfileContext {
  /** Whether samples say of which thread, process and task they are. */
  readonly hasLabels: boolean;
  readonly program: string;
  readonly comments: readonly string[];
}

/** @param fold of the window, with CPU time */
export function pprofProfile(fold: Fold, context: PprofContext): PprofProfile {
  const { metric } = fold;
  const hasCpu = hasCpuToo(fold);
  const count = { type: 'samples', unit: 'count' };
  const wall = { type: 'wall', unit: nanoseconds };
  const cpuTime = { type: 'cpu', unit: nanoseconds };
  const code = new CodeList(fold, context.detail);
  return {
    sampleTypes: [
      count,
      ...(metric === 'wall' ? [wall] : []),
      ...(metric === 'cpu' || hasCpu ? [cpuTime] : []),
    ],
    defaultType: metric,
    periodType: wall,
    period: Math.round(context.periodNs),
    timeNs: context.timeNs,
    durationNs: Math.round(context.durationNs),
    program: context.program,
    comments: context.comments,
    functions: code.functions,
    locations: code.locations,
    samples: samplesOf(fold, hasCpu, code, context.hasLabels),
  };
}

function* samplesOf(
  fold: Fold,
  hasCpu: boolean,
  code: CodeList,
  hasLabels: boolean,
): PprofProfile['samples'] & Generator {
  for (const cell of fold.cells) {
    const values = [cell.samples, Math.round(cell.ns)];
    if (hasCpu) values.push(Math.round(cell.cpuNs));
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
