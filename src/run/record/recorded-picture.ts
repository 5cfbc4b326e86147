/** Records a program for a picture of it, into a trace that is gone afterwards. */
import { join } from 'node:path';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { recordProgram } from './recording.js';
import type { RecordingPlan } from './recording-plan.js';

/** What a picture leaves open of a recording. */
export type PicturePlan = Pick<
  RecordingPlan,
  'rateHz' | 'subprocesses' | 'stops' | 'durationNs' | 'realtime' | 'native' | 'sampler'
>;

/**
 * @param program a pid, or a command to start
 * @param draw makes the picture of the trace, which is complete then
 * @throws PyspyError as recordProgram does, and what `draw` throws
 */
export async function recordForPicture(
  program: number | readonly string[],
  plan: PicturePlan,
  draw: (trace: string) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'recording.trace');
    await recordProgram(program, {
      ...plan,
      budgetPct: null,
      path,
      force: false,
      isShown: false,
      limits: { keepNs: null, maxBytes: null },
      markNames: [],
      push: null,
      view: { path: null, make: () => draw(path) },
    });
  });
}
