/** Records whatever the command line names. */
import { type Pattern, recordAll } from './record-all.js';
import { recordProgram } from './recording.js';
import type { RecordingPlan } from './recording-plan.js';

/**
 * @param program a pid, a command to start, or what matches command lines
 * @throws PyspyError as `recordProgram` and `recordAll` do
 */
export async function recordAny(
  program: number | readonly string[] | Pattern,
  plan: RecordingPlan,
): Promise<void> {
  if (typeof program === 'object' && 'which' in program) await recordAll(program, plan);
  else await recordProgram(program, plan);
}
