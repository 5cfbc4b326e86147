/** Rows of a fold: one for each function, line, file, module, thread, process, task of asyncio or kind of wait, with its sums. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import type { Wait } from '../../format/wait-words.js';
import { emptyStack, functionKey, functionName, threadNumber, unknownStack } from '../names/code-name.js';
import { CodePaths } from '../names/code-path.js';
import { type ModuleName, moduleOf } from '../names/module-name.js';
import type { Cell } from '../samples/cell.js';
import { type Fold, unreadNode } from './fold.js';
import { sumByKey } from './key-sums.js';

export const groupings = ['function', 'line', 'file', 'module', 'thread', 'process', 'task', 'wait'] as const;
export type Grouping = (typeof groupings)[number];
/** What code is grouped by; all else has no callers. */
export type CodeGrouping = Exclude<Grouping, 'thread' | 'process' | 'task' | 'wait'>;

/** What a row is. */
export interface RowIdentity {
  /** Null for rows by file, module, thread, process, task and wait. */
  function: string | null;
  /** Null for rows by thread, process, task and wait, and by module but for native code: path of its binary. */
  file: string | null;
  /** First line by function, executed line by line, else null; 0 where not known. */
  line: number | null;
  /** For rows by module: which; see `ModuleName`. */
  module?: { name: string | null; native: boolean };
  /** For rows by thread: which. */
  thread?: { pid: number; thread_id: number | string; os_thread_id: number | null; name: string | null };
  /** For rows by process: which. */
  process?: { pid: number; parent_pid: number | null; python: string; command: string[] };
  /** For rows by task: its name; null for samples of threads that ran none. */
  task?: string | null;
  /** For rows by what threads waited for: which. */
  wait?: Wait;
}

/** One row's sums; weights in ns. */
export interface RowSums {
  readonly row: RowIdentity;
  /** The same for the same row in every fold of a trace; settles the order of rows with equal figures. */
  readonly key: string;
  self: number;
  total: number;
  selfSamples: number;
  totalSamples: number;
}

/** All rows of a fold, in no particular order. */
export function sumRows(reader: TraceReader, fold: Fold, by: Grouping): RowSums[] {
  if (by === 'thread') return sumThreads(fold);
  if (by === 'process') return sumProcesses(fold, reader);
  if (by === 'task') return sumTasks(fold);
  if (by === 'wait') return sumWaits(fold);
  return sumCode(fold, by, new CodePaths(reader.processes()));
}

function sumCode(fold: Fold, by: CodeGrouping, paths: CodePaths): RowSums[] {
  const { forest } = fold;
  const rows: RowSums[] = [];
  const indexOfKey = new Map<string, number>();
  const rowOf = (key: string, row: RowIdentity): number => {
    let index = indexOfKey.get(key);
    if (index === undefined) {
      index = rows.length;
      rows.push({ row, key, self: 0, total: 0, selfSamples: 0, totalSamples: 0 });
      indexOfKey.set(key, index);
    }
    return index;
  };
  const keyOfFrame = forest.frames.map((frame) => rowOf(...describeFrame(frame, by, paths)));
  const sums = sumByKey(fold, keyOfFrame, rows.length);
  rows.forEach((row, key) => {
    row.self = sums.self[key]!;
    row.total = sums.total[key]!;
    row.selfSamples = sums.selfSamples[key]!;
    row.totalSamples = sums.totalSamples[key]!;
  });
  for (const cell of fold.cells) {
    if (cell.node >= 0) continue;
    const row = rows[rowOf(...describeFrameless(cell, by))]!;
    row.self += cell.ns;
    row.total += cell.ns;
    row.selfSamples += cell.samples;
    row.totalSamples += cell.samples;
  }
  return rows;
}

/** The row that a frame belongs to: its key and what it is. */
export function describeFrame(frame: CodeFrame, by: CodeGrouping, paths: CodePaths): [string, RowIdentity] {
  const code = frame.function;
  if (by === 'module') return describeModule(moduleOf(code, paths));
  if (by === 'file') return [`file\0${code.file}`, { function: null, file: code.file, line: null }];
  const line = by === 'line' ? frame.line : code.firstLine;
  return [`${functionKey(code)}\0${line}`, { function: functionName(code), file: code.file, line }];
}

function describeModule({ name, binary }: ModuleName): [string, RowIdentity] {
  return [
    `module\0${binary ?? ''}\0${name ?? ''}`,
    { function: null, file: binary, line: null, module: { name, native: binary !== null } },
  ];
}

function describeFrameless(cell: Cell, by: CodeGrouping): [string, RowIdentity] {
  const name = cell.node === unreadNode ? unknownStack : emptyStack;
  if (by === 'module') return describeModule({ name, binary: null });
  if (by === 'file') return [`\0${name}`, { function: null, file: name, line: null }];
  return [`\0${name}`, { function: name, file: '', line: 0 }];
}

function sumThreads(fold: Fold): RowSums[] {
  return sumCells(
    fold,
    ({ namedThread }) => namedThread.index,
    ({ namedThread: { thread, label, name } }) => [
      `${label}\0${thread.id}`,
      {
        thread: {
          pid: thread.process.pid,
          thread_id: threadNumber(thread.pythonId),
          os_thread_id: thread.osId,
          name,
        },
      },
    ],
  );
}

function sumProcesses(fold: Fold, reader: TraceReader): RowSums[] {
  const pids = new Map(reader.processes().map(({ id, pid }) => [id, pid]));
  return sumCells(
    fold,
    ({ namedThread }) => namedThread.thread.process.id,
    ({ namedThread: { thread } }) => describeProcess(thread.process, pids),
  );
}
function describeProcess(
  process: ProcessRow,
  pids: ReadonlyMap<number, number>,
): [string, Pick<RowIdentity, 'process'>] {
  const { id, pid, parent, pythonVersion, command } = process;
  const parentPid = parent === null ? null : (pids.get(parent) ?? null);
  return [
    `${pid}\0${id}`,
    { process: { pid, parent_pid: parentPid, python: pythonVersion, command: [...command] } },
  ];
}

function sumTasks(fold: Fold): RowSums[] {
  return sumCells(
    fold,
    ({ task }) => task,
    ({ task }) => [task ?? '', { task }],
  );
}

/** @param fold that was asked for waits */
function sumWaits(fold: Fold): RowSums[] {
  return sumCells(
    fold,
    ({ wait }) => wait ?? 'unknown',
    ({ wait }) => [wait ?? 'unknown', { wait: wait ?? 'unknown' }],
  );
}

/** @param describe key and identity of a new row */
function sumCells<Group>(
  fold: Fold,
  groupOf: (cell: Cell) => Group,
  describe: (cell: Cell) => [string, Pick<RowIdentity, 'thread' | 'process' | 'task' | 'wait'>],
): RowSums[] {
  const rows = new Map<Group, RowSums>();
  for (const cell of fold.cells) {
    const { ns, samples } = cell;
    const group = groupOf(cell);
    let row = rows.get(group);
    if (row === undefined) {
      const [key, identity] = describe(cell);
      row = {
        row: { function: null, file: null, line: null, ...identity },
        key,
        self: 0,
        total: 0,
        selfSamples: 0,
        totalSamples: 0,
      };
      rows.set(group, row);
    }
    row.self += ns;
    row.total += ns;
    row.selfSamples += samples;
    row.totalSamples += samples;
  }
  return [...rows.values()];
}

/** Whether a row's function, file, module, thread, process, task or wait matches. */
export function matchesRow(row: RowIdentity, expression: RegExp): boolean {
  const texts = row.thread
    ? [row.thread.name ?? `Thread ${row.thread.os_thread_id}`]
    : row.process
      ? [row.process.command.join(' ')]
      : row.task !== undefined
        ? [row.task]
        : row.wait !== undefined
          ? [row.wait]
          : [row.function, row.file, row.module?.name ?? null];
  return texts.some((text) => text !== null && expression.test(text));
}
