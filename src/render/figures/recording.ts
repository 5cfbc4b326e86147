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

export class Recording {
  readonly head: PageHead;
  readonly columns: Readonly<Record<ColumnName, Float64Array>>;
  /** Length of the page's window in ns. */
  readonly lengthNs: number;
  /** By function; the last four stand for stacks that were not read, for empty ones, for what was cut off, and for no code of one's own. */
  readonly functions: readonly PageFunction[];
  /** By frame, likewise: its function and line. */
  readonly frameFunction: readonly number[];
  readonly frameLine: readonly number[];
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
    const none = originNames.length - 1;
    for (const name of special)
      functions.push({ name, file: '', line: 0, module: '', origin: none, isMine: false });
    this.functions = functions;
    this.frameFunction = [...this.columns.frameFunction, ...special.map((_, at) => first + at)];
    this.frameLine = [...this.columns.frameLine, ...special.map(() => 0)];
    this.slices = Math.max(1, Math.ceil(this.lengthNs / this.head.stateSliceNs));
    this.laneUs = this.#lanes();
  }

  /** Index of the function with this text; -1 for none. */
  functionNamed(text: string): number {
    return text === '' ? -1 : this.functions.findIndex((of) => functionText(of) === text);
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
