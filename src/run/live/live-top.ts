/** `pyspy top` of a program that runs: records it into a trace of its own, and shows that trace as it grows. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { endingSignals, onSignals } from '../../caller.js';
import { exitStatus, PyspyError } from '../../errors.js';
import type { SamplerChoice } from '../../format/recording-info.js';
import { checkCommand } from '../../record/launch/command-check.js';
import { type Launched, launch } from '../../record/launch/launch.js';
import { requireRegisters } from '../../record/native/registers.js';
import { attach, attachAmong } from '../../record/processes/attach.js';
import { type RecorderThread, startRecorderThread } from '../../record/sampling/recorder-thread.js';
import { defaultOutputName } from '../../record/session/output-name.js';
import type { Session } from '../../record/session/session.js';
import type { SessionResult } from '../../record/session/session-options.js';
import type { Target } from '../../record/target/target.js';
import type { LiveSorting } from '../../render/live/live-screen.js';
import { escapeTerminal } from '../../render/terminal/terminal.js';
import { describeSampler, endings } from '../../render/text/recording-summary.js';
import { shellWord, withoutDirectory } from '../../render/words/command-text.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import type { Grouping } from '../../replay/sums/rows.js';
import { tellError } from '../output/notes.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { tellLeftBehind } from '../record/left-behind.js';
import { getReady, startSession } from '../record/start-session.js';
import type { Display } from './display.js';
import { GrowingTrace } from './growing-trace.js';
import { JsonDisplay } from './json-display.js';
import { hasScreen } from './live-terminal.js';
import { LiveView } from './live-view.js';
import { relay } from './output-relay.js';
import { ScreenDisplay } from './screen-display.js';
import { TableDisplay } from './table-display.js';

/** The trace is not for keeping: older samples go before it fills a disk. */
const maxTraceBytes = 256e6;

export interface LiveOptions {
  /** A pid, or a command to start. */
  readonly program: number | readonly string[];
  readonly subprocesses: boolean;
  /** Whether a command is ended with the view. */
  readonly stops: boolean;
  readonly rateHz: number;
  /** Null for no end. */
  readonly durationNs: number | null;
  readonly realtime: boolean;
  readonly native: boolean;
  readonly sampler: SamplerChoice;
  readonly intervalMs: number;
  readonly filter: SampleFilter;
  /** The filters in force, in words. */
  readonly words: readonly string[];
  /** Whether it is for programs, also on a terminal. */
  readonly json: boolean;
  readonly by: Grouping;
  readonly sort: LiveSorting;
  readonly rowFilter: RegExp | null;
  /** Where w writes; undefined for a name made of program, pid and time. */
  readonly output: string | undefined;
  readonly force: boolean;
  /** Whether files have their whole paths. */
  readonly fullFilenames: boolean;
  /** Rows of a table where there is no screen. */
  readonly limit: number;
}

/**
 * Shows the program until the user has seen enough, or it ends.
 * @returns the exit status: of the command, where there is one
 * @throws PyspyError as attaching and recording do
 */
export function showLive(options: LiveOptions): Promise<number> {
  const { program } = options;
  if (options.native) requireRegisters();
  return withTemporaryFolder((folder) =>
    typeof program === 'number'
      ? showProcess(program, options, folder)
      : showCommand(program, options, folder),
  );
}

async function showProcess(pid: number, options: LiveOptions, folder: string): Promise<number> {
  const thread = startRecorderThread(null);
  try {
    const target = options.subprocesses ? await attachAmong(pid) : await attach(pid);
    const opened = await open(thread, { target, root: pid }, options, folder);
    await show(target, opened, options);
  } finally {
    await thread.worker.terminate();
  }
  return 0;
}

async function showCommand(
  command: readonly string[],
  options: LiveOptions,
  folder: string,
): Promise<number> {
  checkCommand(command);
  const isHidden = hasScreen() && !options.json;
  // What the program prints would stand in the middle of the picture: it is shown when the picture is gone.
  const path = join(folder, 'output');
  const thread = startRecorderThread(command[0]!);
  let launched: Launched;
  let opened: Opened;
  const fd = isHidden ? openSync(path, 'a', 0o600) : 2;
  try {
    opened = await open(thread, null, options, folder);
    launched = launch(command, opened.session, isHidden ? ['ignore', fd, fd] : [0, fd, fd]);
  } catch (error) {
    await thread.worker.terminate();
    throw error;
  } finally {
    if (isHidden) closeSync(fd);
  }
  void launched.exited.then((status) => opened.session.endSearch(status));
  let failure: PyspyError | null = null;
  try {
    await show(await opened.session.found, opened, options);
  } catch (error) {
    // Told now: the command may go on for long, or for ever.
    if (!(error instanceof PyspyError)) throw error;
    tellError(error);
    failure = error;
  } finally {
    await thread.worker.terminate();
    if (!launched.isOver() && options.stops) launched.stop();
    else if (!launched.isOver()) {
      process.stderr.write(
        `pyspy: the program (pid ${launched.pid}) still runs; pyspy waits for it to exit, Ctrl-C goes to it\n`,
      );
      launched.relay(['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'], () => true);
    }
    if (isHidden) await relay(path, launched.exited);
  }
  const status = await launched.exited;
  if (!options.subprocesses) tellLeftBehind();
  return status === 0 && failure !== null ? exitStatus[failure.kind] : status;
}

/** A recording for a view, and what is to be told of it. */
interface Opened {
  readonly session: Session;
  readonly trace: string;
  readonly notes: string[];
  /** Called whenever the trace has got more samples. */
  refresh: () => void;
}

async function open(
  thread: RecorderThread,
  program: { readonly target: Target; readonly root: number } | null,
  options: LiveOptions,
  folder: string,
): Promise<Opened> {
  await getReady(thread);
  const trace = join(folder, 'live.trace');
  const notes: string[] = [];
  const session = startSession({
    worker: thread.worker,
    program,
    follows: options.subprocesses,
    refused: (error) => notes.push(`not sampled: ${error.message}`),
    stored: () => opened.refresh(),
    path: () => trace,
    force: false,
    rateHz: options.rateHz,
    durationNs: options.durationNs,
    realtime: options.realtime,
    native: options.native,
    sampler: options.sampler,
    begun: (use) => {
      const { sampler, native } = options;
      const isWorse = use.kind === 'memory' && (sampler === 'kernel' || (native && sampler === 'auto'));
      const words = isWorse ? describeSampler(sampler, use, native) : null;
      if (words !== null) notes.push(words);
    },
    limits: { keepNs: null, maxBytes: maxTraceBytes },
  });
  const opened: Opened = { session, trace, notes, refresh: () => {} };
  return opened;
}

async function show(target: Target, opened: Opened, options: LiveOptions): Promise<void> {
  const { session, trace, notes } = opened;
  const view = new LiveView({
    command: withoutDirectory(target.command.map(shellWord).join(' ') || target.executable),
    process: `pid ${target.pid}, Python ${target.pythonVersion}`,
    filter: options.filter,
    by: options.by,
    sort: options.sort,
    rowFilter: options.rowFilter,
    fullFilenames: options.fullFilenames,
  });
  const forget = onSignals(endingSignals, () => session.stop());
  const growing = new GrowingTrace(session, trace, view);
  const sort = options.sort === 'total' || options.sort === 'totalSince' ? 'total' : 'self';
  const summary = { ...options, sort } as const;
  const display: Display = options.json
    ? new JsonDisplay(growing, summary)
    : hasScreen()
      ? new ScreenDisplay(growing, {
          intervalMs: options.intervalMs,
          outputName: () => options.output ?? defaultOutputName(target.command, target.pid, new Date()),
          force: options.force,
        })
      : new TableDisplay(growing, summary);
  opened.refresh = () => display.refresh();
  let result: SessionResult;
  try {
    result = await session.finished;
    display.last();
  } finally {
    display.end();
    forget();
  }
  for (const note of new Set(notes)) process.stderr.write(`pyspy: ${escapeTerminal(note)}\n`);
  for (const line of display.told) process.stderr.write(`pyspy: ${escapeTerminal(line)}\n`);
  if (result.reason !== 'interrupted')
    process.stderr.write(`pyspy: ${endings[result.reason]} after ${(result.elapsedNs / 1e9).toFixed(1)} s\n`);
}
