/** Records a program from a command line: what is told of it, what signals do, and which exit status it has. */
import { onSignals } from '../caller.js';
import { exitStatus, PyspyError } from '../errors.js';
import type { RetentionLimits } from '../format/retention.js';
import type { Scheduling } from '../format/vocabulary.js';
import type { Launched } from '../record/launch/launch.js';
import type { RecorderThread } from '../record/sampling/recorder-thread.js';
import type { Session } from '../record/session/session.js';
import type { SessionResult } from '../record/session/session-options.js';
import type { Target } from '../record/target/target.js';
import { fewTicks, missedPct, noSamplesTaken } from './coverage.js';
import { showSize } from './figures.js';
import { tellLeftBehind } from './left-behind.js';
import { tell, tellError } from './notes.js';
import { startProgress } from './progress.js';
import type { createMarker } from './record-marks.js';
import { getReady, startSession } from './start-session.js';

/** What a recording is to be like. */
export interface RecordingPlan {
  /** Trace to write; null for a name made of program, pid and time. */
  readonly path: string | null;
  readonly force: boolean;
  /** Whether the trace is told of at the end: it is the user's. */
  readonly isShown: boolean;
  /** Called when the trace is complete, before a command that goes on is waited for. */
  readonly recorded?: () => Promise<void>;
  /** 0 for as many ticks as it can. */
  readonly rateHz: number;
  readonly subprocesses: boolean;
  /** Whether a command that is still there at the end of the recording is ended, too. */
  readonly stops: boolean;
  /** Null for no end. */
  readonly durationNs: number | null;
  /** Whether the thread that samples asks for real time. */
  readonly realtime: boolean;
  readonly limits: RetentionLimits;
  /** Makes a mark in a session. */
  readonly mark: ReturnType<typeof createMarker>;
}

/**
 * Records until the program ends, the time is up or the user has had enough, and says how it went. A command's exit
 * status becomes that of this process.
 * @param program a pid, or a command to start
 * @throws PyspyError as attaching, starting and writing do
 */
export async function recordProgram(program: number | readonly string[], plan: RecordingPlan): Promise<void> {
  const { checkOutput } = await import('../format/output-path.js');
  // Looked at before anything is started or waited for; a name made later lies in the current directory.
  checkOutput(plan.path ?? `pyspy-${process.pid}.trace`, plan.force);
  if (typeof program === 'number') await recordProcess(program, plan);
  else await recordCommand(program, plan);
}

async function recordProcess(pid: number, plan: RecordingPlan): Promise<void> {
  const [{ attach, attachAmong }, { startRecorderThread }] = await Promise.all([
    import('../record/processes/attach.js'),
    import('../record/sampling/recorder-thread.js'),
  ]);
  const thread = startRecorderThread(null);
  let session: Session;
  let target: Target;
  try {
    target = plan.subprocesses ? await attachAmong(pid) : await attach(pid);
    await getReady(thread);
    session = await start(thread, { target, root: pid }, plan);
  } catch (error) {
    await thread.worker.terminate();
    throw error;
  }
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => session.stop());
  const progress = startProgress(session, target, plan.durationNs);
  onSignals(['SIGUSR1'], () => plan.mark(session, progress.note));
  await summarize(await session.finished.finally(progress.end), target, plan);
  await plan.recorded?.();
}

async function recordCommand(command: readonly string[], plan: RecordingPlan): Promise<void> {
  const [{ launch }, { checkCommand }, { startRecorderThread }] = await Promise.all([
    import('../record/launch/launch.js'),
    import('../record/launch/command-check.js'),
    import('../record/sampling/recorder-thread.js'),
  ]);
  checkCommand(command);
  // All is ready before the command begins: its first moments are worth recording, too.
  const thread = startRecorderThread(command[0]!);
  let session: Session;
  let launched: Launched;
  let hasEnded = false;
  try {
    await getReady(thread);
    session = await start(thread, null, plan);
    launched = launch(command, session);
  } catch (error) {
    await thread.worker.terminate();
    throw error;
  }
  relaySignals(launched, () => session.stop());
  onSignals(['SIGUSR1'], () => plan.mark(session, tell));
  // A program without a handler for it would be ended by what is meant for us.
  launched.relay(['SIGUSR1'], (_signal, isCaught) => isCaught);
  void launched.exited.then((status) => session.endSearch(status));
  try {
    const target = await session.found;
    const result = await session.finished;
    hasEnded = result.reason === 'target-exited';
    try {
      await summarize(result, target, plan);
      await plan.recorded?.();
    } finally {
      if (plan.stops) launched.stop();
    }
  } catch (error) {
    await thread.worker.terminate();
    process.exitCode = await outlast(launched, error, plan.stops);
    if (!plan.subprocesses && error instanceof PyspyError && error.kind === 'target') await tellLeftBehind();
    return;
  }
  process.exitCode = await launched.exited;
  if (!plan.subprocesses && hasEnded) await tellLeftBehind();
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
    note(`the command (pid ${launched.pid}) goes on; waiting for its end, signals go to it`);
  const status = await launched.exited;
  return status === 0 ? exitStatus[error.kind] : status;
}

async function start(
  { worker }: RecorderThread,
  program: { readonly target: Target; readonly root: number } | null,
  plan: RecordingPlan,
): Promise<Session> {
  const { defaultOutputName } = await import('../record/session/output-name.js');
  return startSession({
    worker,
    program,
    follows: plan.subprocesses,
    refused: (error) => note(`not recorded: ${error.message}`),
    path: ({ command, pid }) => plan.path ?? defaultOutputName(command, pid, new Date()),
    force: plan.force,
    rateHz: plan.rateHz,
    durationNs: plan.durationNs,
    realtime: plan.realtime,
    limits: plan.limits,
  });
}

/** Passes signals on to the command; a second interrupt ends the recording of one that does not want to end. */
function relaySignals(launched: Launched, stop: () => void): void {
  let interrupts = 0;
  launched.relay(['SIGINT', 'SIGQUIT'], () => {
    if (++interrupts > 1) stop();
    return true;
  });
  launched.relay(['SIGTERM', 'SIGHUP', 'SIGUSR2'], (signal) => {
    // What it left behind is recorded still, and is nobody's to be ended.
    if (launched.isOver() && signal !== 'SIGUSR2') stop();
    return true;
  });
}

export const endings: Readonly<Record<SessionResult['reason'], string>> = {
  duration: 'time is up',
  interrupted: 'interrupted',
  stopped: 'stopped',
  'target-exited': 'the program ended',
  'target-replaced': 'the process turned into something else than a Python that pyspy reads',
  denied: 'the process could not be read any more',
};

const priorityWords: Readonly<Record<Scheduling, string>> = {
  'real-time': ', at a real-time priority',
  normal: '',
  refused: ', without a real-time priority (not allowed)',
  'given-up': ', at a real-time priority until it took more than half of a processor',
};

async function summarize(result: SessionResult, target: Target, { isShown }: RecordingPlan): Promise<void> {
  if (result.samples === 0) throw noSamplesTaken(result);
  const [{ shellWord }, { leanWords, missedWords }, { mayLean }] = await Promise.all([
    import('../render/words/phrases.js'),
    import('../render/words/doubts.js'),
    import('../replay/lateness.js'),
  ]);
  const few = fewTicks(missedPct(result));
  const seconds = result.elapsedNs / 1e9;
  const rate = seconds > 0 ? result.ticks / seconds : 0;
  const file = shellWord(result.path);
  const { ticks, late } = result;
  // One of both sentences is enough.
  const meaning = few === null ? missedWords(result.missed, ticks) : '';
  note(
    `${endings[result.reason]} after ${seconds.toFixed(1)} s: ${result.samples} samples of ` +
      `${result.processesSeen > 1 ? `${result.processesSeen} processes, the first ` : 'process '}${target.pid} ` +
      `(Python ${target.pythonVersion}) at ${rate.toFixed(0)} Hz${priorityWords[result.scheduling]}\n` +
      `missed ${result.missed} ticks${meaning && ` (${meaning})`}, ${result.torn} samples torn, ${result.failed} failed` +
      (isShown ? `; wrote ${file} (${showSize(result.fileBytes)})` : '') +
      (few === null ? '' : `\nKeep in mind: ${few}`) +
      (mayLean({ late, known: ticks }) ? `\n${leanWords(late, ticks)}` : '') +
      // In the log of a job nobody tries anything.
      (isShown && process.stderr.isTTY
        ? `\nNow try:\n  pyspy top ${file}\n  pyspy flame ${file} -o flame.svg\n  pyspy info ${file}`
        : ''),
  );
}

function note(text: string): void {
  tell(...`pyspy: ${text}`.split('\n'));
}
