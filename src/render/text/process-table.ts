/** The running Python processes, as text. */
import { renderTable } from '../terminal/table.js';
import { shellWord } from '../words/command-text.js';
import type { TextLayout } from './text-layout.js';

/** `ps --json`, see schema/ps.schema.json. */
export interface ProcessesResult {
  readonly processes: readonly {
    readonly pid: number;
    /** Effective user id; null where it is not known. */
    readonly uid: number | null;
    /** Null where it cannot be read; `refused` says why. */
    readonly python: string | null;
    readonly command: readonly string[];
    readonly refused: string | null;
  }[];
}

export function renderProcesses({ processes }: ProcessesResult, { width, colour }: TextLayout): string {
  if (processes.length === 0) return 'No Python runs here that this user may see.\n';
  return renderTable(
    [
      { title: 'pid', align: 'right' },
      { title: 'uid', align: 'right' },
      { title: 'python' },
      { title: 'command', fit: 'middle' },
    ],
    processes.map(({ pid, uid, python, command }) => [
      String(pid),
      uid === null ? '?' : String(uid),
      python ?? 'not readable',
      command.map(shellWord).join(' '),
    ]),
    { columns: width, colour },
  );
}
