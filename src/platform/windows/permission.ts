/** Why a process may not be read, and whether it is one that can be. */
import { PyspyError } from '../../errors.js';
import type { Foreign } from '../processes.js';
import { access, kernel, room, withProcess } from './kernel.js';

/** As `Platform.explainRefusal`. */
export function refusal(pid: number): PyspyError {
  return new PyspyError(
    'target',
    `process ${pid} may not be read: Windows does not let this user open it (OpenProcess with PROCESS_VM_READ)`,
    {
      hint: 'Run pyspy as the user that the process belongs to, or in a terminal that was opened as administrator. Protected processes are closed to both.',
    },
  );
}

/** As `Platform.explainForeign`. */
export function explainForeign(pid: number): Foreign | null {
  const flag = room(8);
  const isEmulated = withProcess(
    pid,
    access.queryLimited,
    (process) => kernel().IsWow64Process(process, flag.at) !== 0 && flag.view.getInt32(0, true) !== 0,
  );
  if (!isEmulated) return null;
  return { reason: 'it is a 32-bit program', hint: 'Here pyspy reads 64-bit programs for x64.' };
}
