/** What a row of `top` is, as columns of a table; the same in the live view. */
import type { CodeGrouping, Grouping, RowIdentity } from '../../replay/sums/rows.js';
import { waitNames } from '../words/wait-names.js';
import type { TableColumn } from './table.js';

/** Stands for samples of threads that ran no task. */
const noTask = '[no task]';

const ofCode: readonly Grouping[] = ['function', 'line', 'file', 'module'] satisfies readonly CodeGrouping[];

/** Whether rows are code, which has callers; all else does what it does itself. */
export function isOfCode(by: Grouping): by is CodeGrouping {
  return ofCode.includes(by);
}

/** The columns that name a row. */
export function rowColumns(by: Grouping): TableColumn[] {
  const right = { align: 'right' } as const;
  switch (by) {
    case 'function':
    case 'line':
      return [
        { title: 'function', fit: 'name' },
        { title: 'file:line', fit: 'start' },
      ];
    case 'file':
      return [{ title: 'file', fit: 'start' }];
    case 'module':
      return [{ title: 'module', fit: 'start' }];
    case 'thread':
      return [
        { title: 'pid', ...right },
        { title: 'os thread', ...right },
        { title: 'thread', fit: 'end' },
      ];
    case 'process':
      return [
        { title: 'pid', ...right },
        { title: 'parent', ...right },
        { title: 'process', fit: 'end' },
      ];
    case 'task':
      return [{ title: 'task', fit: 'end' }];
    case 'wait':
      return [{ title: 'waited for', fit: 'end' }];
  }
}

/**
 * A row's cells for those columns.
 * @param shorten what is shown of a file's path
 */
export function rowCells(row: RowIdentity, shorten: (file: string) => string): string[] {
  const { thread, process } = row;
  if (thread !== undefined)
    return [String(thread.pid), String(thread.os_thread_id ?? '-'), thread.name ?? '(no name)'];
  if (process !== undefined)
    return [String(process.pid), String(process.parent_pid ?? '-'), process.command.join(' ')];
  if (row.task !== undefined) return [row.task ?? noTask];
  if (row.wait !== undefined) return [waitNames[row.wait]];
  const file = shorten(row.file ?? '');
  if (row.module !== undefined) return [row.module.native ? file : (row.module.name ?? '(no module)')];
  if (row.function === null) return [file || '(no file)'];
  return [row.function, row.line ? `${file}:${row.line}` : file];
}
