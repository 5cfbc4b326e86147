/** Records every Python whose command line an expression matches, as they come and go, into one trace. */
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { ProcessWatch } from '../../record/processes/process-watch.js';
import { startRecorderThread } from '../../record/sampling/recorder-thread.js';
import type { Session } from '../../record/session/session.js';
import type { Target } from '../../record/target/target.js';
import { tell } from '../output/notes.js';
import { startProgress } from '../output/progress-line.js';
import { createMarker } from './marks.js';
import { checkPlan, note, start, summarize, thenSend } from './recording.js';
import type { RecordingPlan } from './recording-plan.js';
import { getReady } from './start-session.js';

/** Which processes are meant. */
export interface Pattern {
  /** Matches a command line, words with spaces between them. */
  readonly which: RegExp;
  /** As the user wrote it. */
  readonly text: string;
}

/**
 * Records until the time is up or the user has had enough; that none matches (any more) is no end. Time counts from the
 * call, the recording from the first Python that comes.
 * @throws PyspyError of kind "target" where none came, and as `recordProgram` does
 */
export async function recordAll({ which, text }: Pattern, plan: RecordingPlan): Promise<void> {
  checkPlan(plan);
  const began = performance.now();
  const thread = startRecorderThread(null);
  await getReady(thread);
  const watch = new ProcessWatch({
    which,
    subprocesses: plan.subprocesses,
    ownWords: process.argv.slice(2),
    refused: (error) => note(`not recorded: ${error.message}`),
  });
  let session: Session | null = null;
  let target: Target;
  onSignals(endingSignals, () => (session === null ? watch.stop() : session.stop()));
  const mark = createMarker(plan.markNames);
  let say: (words: string) => void = tell;
  onSignals(['SIGUSR1'], () => mark(session, say));
  try {
    if (watch.isEmpty) note(`no Python matches ${text} yet: waiting for one to come (Ctrl-C ends it)`);
    target = await firstOf(watch, text, plan.durationNs);
    const waitedNs = (performance.now() - began) * 1e6;
    const durationNs = plan.durationNs === null ? null : Math.max(1, plan.durationNs - waitedNs);
    session = start(thread, { target, root: target.pid }, { ...plan, durationNs }, watch);
  } catch (error) {
    watch.stop();
    await thread.worker.terminate();
    throw error;
  }
  const progress = startProgress(session, `all that match ${text}`, plan.durationNs);
  say = progress.note;
  const { finished } = session;
  await thenSend(plan, async () => {
    const result = await finished.finally(() => {
      progress.end();
      watch.stop();
    });
    tellRefusals(watch.refusals);
    summarize(result, target, plan);
    await plan.view?.make();
  });
}

/** @throws PyspyError of kind "target" where none comes before the time is up, or the watch is stopped */
async function firstOf(watch: ProcessWatch, text: string, durationNs: number | null): Promise<Target> {
  // A timer holds some 24 days at most.
  const timer =
    durationNs === null ? undefined : setTimeout(() => watch.stop(), Math.min(durationNs / 1e6, 2e9));
  const first = await watch.first();
  clearTimeout(timer);
  if (first !== null) return first;
  tellRefusals(watch.refusals);
  throw new PyspyError('target', `nothing was recorded: no Python came whose command line matches ${text}`, {
    hint: 'List Python processes with: pyspy ps',
  });
}

function tellRefusals(count: number): void {
  // One was named when it was met.
  if (count > 1) note(`${count} processes that match could not be recorded`);
}
