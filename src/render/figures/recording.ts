/** The recording that a page carries: its columns, and what follows from them once and for all. */
import { unpackColumns } from '../drawing/number-columns.js';
import {
  type ColumnName,
  columnNames,
  originNames,
  type PageHead,
  type PageLane,
  stateNames,
} from '../drawing/page-data.js';
import { showCount } from '../words/picture-numbers.js';
import { findTasks } from './tasks.js';

/** A function as the page shows it. */
export interface PageFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly module: string;
  /** Index into originNames. */
  readonly origin: number;
  readonly isMine: boolean;
}

/** What names a function in the address, and what a search looks in. */
export function functionText({ name, file, line }: Pick<PageFunction, 'name' | 'file' | 'line'>): string {
  return `${name} (${file}:${line})`;
}

/** Functions and frames that stand for what has none. */
const special = [
  '[unknown]',
  '[no Python frames]',
  '(too little time to keep)',
  '[no code of your own]',
] as const;

export const stateCount = stateNames.length;

/** What stands for threads that ran no task of asyncio. */
const noTask = '[no task]';

/** A lane as the page names it. */
export function laneText(lane: PageLane): string {
  return `${threadsText(lane)}${lane.process === '' ? '' : ` · ${lane.process}`}`;
}

/** The same within its process. */
function threadsText({ label, threads }: PageLane): string {
  return `${label}${threads > 1 ? ` × ${showCount(threads)}` : ''}`;
}

export class Recording {
  readonly head: PageHead;
  readonly columns: Readonly<Record<ColumnName, Float64Array>>;
  /** Length of the page's window in ns. */
  readonly lengthNs: number;
  /** By function; behind those of the program, four stand for stacks that were not read, for empty ones, for what was cut off, and
   * for no code of one's own; behind those, one for each lane, process and task, which can be roots. */
  readonly functions: readonly PageFunction[];
  /** By frame, likewise: its function and line. */
  readonly frameFunction: readonly number[];
  readonly frameLine: readonly number[];
  /** Names of tasks of asyncio, or of groups of them, those with the most time first. */
  readonly tasks: readonly string[];
  /** By node of the calls: index of the task that it belongs to; -1 for none. */
  readonly taskOf: Int32Array;
  /** Whether any function is native code. */
  readonly hasNative: boolean;
  readonly slices: number;
  /** By lane: µs by slice and state. */
  readonly laneUs: readonly Float32Array[];

  /** @throws {Error} where the bytes are not those of a page */
  constructor(bytes: Uint8Array) {
    const { json, columns } = unpackColumns(bytes);
    this.head = json as PageHead;
    this.columns = Object.fromEntries(
      columnNames.map((name, at) => [name, columns[at] ?? new Float64Array()]),
    ) as Record<ColumnName, Float64Array>;
    this.lengthNs = Math.max(1, Math.round((this.head.toS - this.head.fromS) * 1e9));
    const { texts } = this.head;
    const { functionName, functionFile, functionLine, functionModule, functionOrigin, functionMine } =
      this.columns;
    const functions: PageFunction[] = [];
    for (let at = 0; at < functionName.length; at++)
      functions.push({
        name: texts[functionName[at]!] || '(no name)',
        file: texts[functionFile[at]!] ?? '',
        line: functionLine[at]!,
        module: texts[functionModule[at]!] ?? '',
        origin: functionOrigin[at]!,
        isMine: functionMine[at] === 1,
      });
    const first = functions.length;
    const none = originNames.indexOf('no file');
    this.hasNative = functions.some(({ origin }) => originNames[origin] === 'native code');
    const tasks = findTasks(this.columns, texts);
    this.tasks = tasks.names;
    this.taskOf = tasks.of;
    const { lanes, processes } = this.head;
    const roots = [...lanes.map(laneText), ...lanes.map(threadsText), ...processes, ...this.tasks, noTask];
    const others = [...special, ...roots];
    for (const name of others)
      functions.push({ name, file: '', line: 0, module: '', origin: none, isMine: false });
    this.functions = functions;
    this.frameFunction = [...this.columns.frameFunction, ...others.map((_, at) => first + at)];
    this.frameLine = [...this.columns.frameLine, ...others.map(() => 0)];
    this.slices = Math.max(1, Math.ceil(this.lengthNs / this.head.stateSliceNs));
    this.laneUs = this.#lanes();
  }

  /** Index of the function with this text; -1 for none. */
  functionNamed(text: string): number {
    if (text === '') return -1;
    return this.functions.findIndex((of, at) => this.isCode(at) && functionText(of) === text);
  }

  /** Whether a function is one, or stands for what has none: not for a root or a task. */
  isCode(of: number): boolean {
    const { functionOrigin } = this.columns;
    return of < functionOrigin.length + special.length && originNames[functionOrigin[of] ?? 0] !== 'task';
  }

  /** Index of the frame that stands for a lane, for one within its process, a process, or a task (-1: none). They come in this order. */
  rootFrame(kind: 'lane' | 'lane within' | 'process' | 'task', at: number): number {
    const first = this.columns.frameLine.length + special.length;
    if (kind === 'lane') return first + at;
    if (kind === 'lane within') return first + this.lanes.length + at;
    const next = first + 2 * this.lanes.length;
    if (kind === 'process') return next + at;
    return next + this.head.processes.length + (at < 0 ? this.tasks.length : at);
  }

  get lanes(): readonly PageLane[] {
    return this.head.lanes;
  }

  #lanes(): Float32Array[] {
    const { stateLane, stateSlice, stateCount: counts, stateState, stateUs } = this.columns;
    const lanes = this.lanes.map(() => new Float32Array(this.slices * stateCount));
    for (let at = 0; at < stateLane.length; at++) {
      const lane = lanes[stateLane[at]!];
      if (lane === undefined) continue;
      const count = counts[at]!;
      const each = stateUs[at]! / count;
      const end = Math.min(this.slices, stateSlice[at]! + count);
      for (let slice = stateSlice[at]!; slice < end; slice++) {
        const place = slice * stateCount + stateState[at]!;
        lane[place] = lane[place]! + each;
      }
    }
    return lanes;
  }

  /** Index of the frame that stands for an empty stack, and likewise. */
  get emptyFrame(): number {
    return this.columns.frameLine.length + 1;
  }
  get cutFrame(): number {
    return this.columns.frameLine.length + 2;
  }
  get outsideFrame(): number {
    return this.columns.frameLine.length + 3;
  }

  /** Index of the frame of a node of the calls: 0 is a stack that was not read, 1 an empty one, n + 2 the tree's node n. */
  frameOf(call: number): number {
    const first = this.columns.frameLine.length;
    if (call < 2) return first + call;
    const frame = this.columns.nodeFrame[call - 2]!;
    return frame === 0 ? this.cutFrame : frame - 1;
  }

  /** The caller of a node of the calls, -1 where it has none. */
  callerOf(call: number): number {
    const parent = call < 2 ? 0 : this.columns.nodeParent[call - 2]!;
    return parent === 0 ? -1 : parent + 1;
  }

  get callCount(): number {
    return this.columns.nodeParent.length + 2;
  }
}
