/** The running Python processes, and whether they can be read. */
import type { PyspyError } from '../../errors.js';
import { listPythons } from '../../record/processes/process-list.js';
import type { TextResult } from '../../render/text/render-text.js';

/** @returns the list, and why some cannot be read: most are refused for one reason, which is worth saying once */
export function runPs(): { readonly shown: TextResult; readonly refusals: readonly PyspyError[] } {
  const found = listPythons();
  const processes = found.map(({ pid, uid, python, command, refused }) => ({
    pid,
    uid,
    python,
    command,
    refused: refused === null ? null : refused.message,
  }));
  const reasons = new Map(
    found.flatMap(({ pid, refused }) =>
      refused === null ? [] : [[refused.message.replaceAll(String(pid), 'PID'), refused] as const],
    ),
  );
  return { shown: { kind: 'processes', result: { processes } }, refusals: [...reasons.values()] };
}
