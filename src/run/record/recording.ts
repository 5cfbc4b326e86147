/** Records a program from a command line: what is told of it, what signals do, and which exit status it has. */
import { endingSignals, onSignals } from '../../caller.js';
import { exitStatus, PyspyError } from '../../errors.js';
import { checkOutput } from '../../format/writing/output-path.js';
import { checkCommand } from '../../record/launch/command-check.js';
import { type Launched, launch } from '../../record/launch/launch.js';
import { requireRegisters } from '../../record/native/registers.js';
import { attach, attachAmong } from '../../record/processes/attach.js';
import type { ProcessWatch } from '../../record/processes/process-watch.js';
import { type RecorderThread, startRecorderThread } from '../../record/sampling/recorder-thread.js';
import { defaultOutputName } from '../../record/session/output-name.js';
import type { Session } from '../../record/session/session.js';
import type { SessionResult } from '../../record/session/session-options.js';
import type { Target } from '../../record/target/target.js';
import { describeRecording, describeSampler } from '../../render/text/recording-summary.js';
import { mayLean } from '../../replay/window/lateness-figures.js';
import { tell, tellError } from '../output/notes.js';
import { startProgress } from '../output/progress-line.js';
import { createBudgetNotes } from './budget-notes.js';
import { tellLeftBehind } from './left-behind.js';
import { createMarker } from './marks.js';
import { noSamplesTaken } from './no-samples.js';
import type { RecordingPlan } from './recording-plan.js';
import { getReady, startSession } from './start-session.js';

/**
 * Records until the program ends, the time is up or the user has had enough, and says how it went. A command's exit
 * status becomes that of this process.
 * @param program a pid, or a command to start
 * @throws PyspyError as attaching, starting and writing do
 */
export async function recordProgram(program: number | readonly string[], plan: RecordingPlan): Promise<void> {
  checkPlan(plan);
  if (typeof program === 'number') await recordProcess(program, plan);
  else await recordCommand(program, plan);
}

/** Says what cannot be before anything is started or waited for. @throws PyspyError */
export function checkPlan(plan: RecordingPlan): void {
  const { view } = plan;
  if (plan.native) requireRegisters();
  if (view?.path) {
    // What cannot be written in the end is said before anything is recorded; a picture is replaced, a trace is not.
    checkOutput(view.path, true);
    tell(`pyspy: recording to ${plan.path}, of which ${view.path} is made at the end`);
  }
  // A name made later lies in the current directory.
  checkOutput(plan.path ?? `pyspy-${process.pid}.trace`, plan.force);
}

async function recordProcess(pid: number, plan: RecordingPlan): Promise<void> {
  const thread = startRecorderThread(null);
  let session: Session;
  let target: Target;
  try {
    target = plan.subprocesses ? await attachAmong(pid) : await attach(pid);
    await getReady(thread);
    session = start(thread, { target, root: pid }, plan);
  } catch (error) {
    await thread.worker.terminate();
    throw error;
  }
  onSignals(endingSignals, () => session.stop());
  const progress = startProgress(session, `${target.pid} (Python ${target.pythonVersion})`, plan.durationNs);
  const mark = createMarker(plan.markNames);
  onSignals(['SIGUSR1'], () => mark(session, progress.note));
  await thenSend(plan, async () => {
    summarize(await session.finished.finally(progress.end), target, plan);
    await plan.view?.make();
  });
}

async function recordCommand(command: readonly string[], plan: RecordingPlan): Promise<void> {
  checkCommand(command);
  // All is ready before the command begins: its first moments are worth recording, too.
  const thread = startRecorderThread(command[0]!);
  let session: Session;
  let launched: Launched;
  let hasEnded = false;
  try {
    await getReady(thread);
    session = start(thread, null, plan);
    launched = launch(command, session);
  } catch (error) {
    await thread.worker.terminate();
    throw error;
  }
  relaySignals(launched, () => session.stop());
  const mark = createMarker(plan.markNames);
  onSignals(['SIGUSR1'], () => mark(session, tell));
  // A program without a handler for it would be ended by what is meant for us.
  launched.relay(['SIGUSR1'], (_signal, isCaught) => isCaught);
  void launched.exited.then((status) => session.endSearch(status));
  try {
    await thenSend(plan, async () => {
      const target = await session.found;
      const result = await session.finished;
      hasEnded = result.reason === 'target-exited';
      try {
        summarize(result, target, plan);
        await plan.view?.make();
      } finally {
        if (plan.stops) launched.stop();
      }
    });
  } catch (error) {
    await thread.worker.terminate();
    process.exitCode = await outlast(launched, error, plan.stops);
    if (!plan.subprocesses && error instanceof PyspyError && error.kind === 'target') tellLeftBehind();
    return;
  }
  process.exitCode = await launched.exited;
  if (!plan.subprocesses && hasEnded) tellLeftBehind();
}

/**
 * Runs what ends a recording, and sends the rest of it.
 * @throws what the first throws, also where that cannot be sent
 */
export async function thenSend({ push }: RecordingPlan, finish: () => Promise<void>): Promise<void> {
  try {
    await finish();
  } catch (error) {
    await push?.end().catch(() => {});
    throw error;
  }
  await push?.end();
}

/**
 * Says at once that nothing is recorded any more: the command is the user's and may go on for long, or for ever.
 * @param stops whether it is ended with its recording
 * @returns the exit status: its own failure counts before that of the recording
 * @throws what is no PyspyError
 */
async function outlast(launched: Launched, error: unknown, stops: boolean): Promise<number> {
  if (stops) launched.stop();
  if (!(error instanceof PyspyError)) throw error;
  tellError(error);
  if (!launched.isOver() && !stops)
    note(`the command (pid ${launched.pid}) still runs; pyspy waits for it to exit and passes signals on`);
  const status = await launched.exited;
  return status === 0 ? exitStatus[error.kind] : status;
}

/** @param watch finds the processes that are recorded besides the first; null for those that `plan` says */
export function start(
  { worker }: RecorderThread,
  program: { readonly target: Target; readonly root: number } | null,
  plan: RecordingPlan,
  watch: ProcessWatch | null = null,
): Session {
  let path = '';
  const tellBudget = createBudgetNotes(plan, note);
  const session = startSession({
    worker,
    program,
    follows: plan.subprocesses,
    watch,
    refused: (error) => note(`not recorded: ${error.message}`),
    path: ({ command, pid }) => {
      path = plan.path ?? defaultOutputName(command, pid, new Date());
      return path;
    },
    stored: () => {
      plan.push?.begin(path);
      tellBudget(session.progress);
    },
    force: plan.force,
    rateHz: plan.rateHz,
    budgetPct: plan.budgetPct,
    durationNs: plan.durationNs,
    realtime: plan.realtime,
    native: plan.native,
    sampler: plan.sampler,
    begun: (use) => {
      const words = describeSampler(plan.sampler, use, plan.native);
      if (words !== null) note(words);
    },
    limits: plan.limits,
  });
  return session;
}

/** Passes signals on to the command; a second interrupt ends the recording of one that does not want to end. */
function relaySignals(launched: Launched, stop: () => void): void {
  let interrupts = 0;
  launched.relay(['SIGINT', 'SIGQUIT'], () => {
    if (++interrupts > 1) stop();
    return true;
  });
  launched.relay(['SIGTERM', 'SIGHUP', 'SIGUSR2'], (signal) => {
    // The signal ends the recording, not the processes that the command left behind.
    if (launched.isOver() && signal !== 'SIGUSR2') stop();
    return true;
  });
}

export function summarize(result: SessionResult, target: Target, { isShown }: RecordingPlan): void {
  if (result.samples === 0) throw noSamplesTaken(result);
  const { ticks, late } = result;
  note(
    describeRecording(result, target, {
      isShown,
      mayLean: mayLean({ late, known: ticks }),
      // The reader of a job's log cannot try again.
      hasHints: isShown && process.stderr.isTTY,
    }),
  );
}

export function note(text: string): void {
  tell(...`pyspy: ${text}`.split('\n'));
}
