/** `pyspy top` of a program that runs: records it into a trace of its own, and shows that trace as it grows. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { PyspyError } from '../../errors.js';
import { TraceReader } from '../../format/reader.js';
import { attachAmong, findPython, type Launched, launch, sharesTerminal } from '../../record/launch.js';
import { defaultOutputName } from '../../record/output-name.js';
import { type Session, type SessionResult, startWorker } from '../../record/session.js';
import { attach, type Target } from '../../record/target.js';
import {
  type LiveSorting,
  linesAround,
  type RecorderFigures,
  renderScreen,
} from '../../render/live/screen.js';
import { escapeTerminal } from '../../render/terminal.js';
import { shellWord } from '../../render/words.js';
import type { SampleFilter } from '../../replay/filter.js';
import type { Grouping } from '../../replay/top.js';
import { endings } from '../recording.js';
import { startSession } from '../start-session.js';
import { withTemporaryFolder } from '../temporary-folder.js';
import { relay } from './output-relay.js';
import { hasScreen, LiveTerminal } from './terminal.js';
import { LiveView } from './view.js';
import { writeSeen } from './write-seen.js';

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
  readonly intervalMs: number;
  readonly filter: SampleFilter;
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
  return withTemporaryFolder((folder) =>
    typeof program === 'number'
      ? showProcess(program, options, folder)
      : showCommand(program, options, folder),
  );
}

async function showProcess(pid: number, options: LiveOptions, folder: string): Promise<number> {
  const target = options.subprocesses ? await attachAmong(pid) : await attach(pid);
  await show(target, pid, options, folder);
  return 0;
}

async function showCommand(
  command: readonly string[],
  options: LiveOptions,
  folder: string,
): Promise<number> {
  const isHidden = hasScreen();
  // What the program prints would stand in the middle of the picture: it is shown when the picture is gone.
  const path = join(folder, 'output');
  const fd = isHidden ? openSync(path, 'a', 0o600) : 2;
  let launched: Launched;
  try {
    launched = await launch(command, isHidden ? ['ignore', fd, fd] : ['inherit', fd, fd]);
  } finally {
    if (isHidden) closeSync(fd);
  }
  let isOver = false;
  const exited = launched.exited.then((status) => {
    isOver = true;
    return status;
  });
  try {
    const target = await findPython(launched.pid, () => isOver);
    if (target === null)
      throw new PyspyError('target', `${command[0]} ended without having been a Python that could be read`, {
        hint: 'Programs that run for less than some 50 ms are too short to be looked at.',
      });
    await show(target, launched.pid, options, folder);
  } finally {
    if (!isOver && options.stops) launched.stop();
    else if (!isOver) {
      process.stderr.write(
        `pyspy: the program (pid ${launched.pid}) still runs; waiting for it, Ctrl-C goes to it\n`,
      );
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const)
        process.on(signal, () => {
          if (signal === 'SIGTERM' || signal === 'SIGHUP' || !sharesTerminal()) launched.signal(signal);
        });
    }
    if (isHidden) await relay(path, exited);
  }
  return exited;
}

async function show(target: Target, root: number, options: LiveOptions, folder: string): Promise<void> {
  const trace = join(folder, 'live.trace');
  const notes: string[] = [];
  let refresh: () => void = () => {};
  const session = await startSession({
    worker: startWorker(),
    target,
    followRoot: options.subprocesses ? root : null,
    refused: (error) => notes.push(`not looked at: ${error.message}`),
    stored: () => refresh(),
    path: trace,
    force: false,
    rateHz: options.rateHz,
    durationNs: options.durationNs,
    limits: { keepNs: null, maxBytes: maxTraceBytes },
  });
  const view = new LiveView({
    // Which of the Pythons it was says less than what that runs.
    command: (target.command.map(shellWord).join(' ') || target.executable).replace(/^\S*\/(?=\S)/, ''),
    process: `pid ${target.pid}, Python ${target.pythonVersion}`,
    filter: options.filter,
    by: options.by,
    sort: options.sort,
    rowFilter: options.rowFilter,
    fullFilenames: options.fullFilenames,
  });
  const look = (isNew: boolean): void => withReader(trace, (reader) => view.look(reader, isNew));
  const stop = (): void => session.stop();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  const screen = hasScreen()
    ? startScreen(session, view, look, options, target, trace)
    : startTables(session, view, look, options);
  refresh = screen.refresh;
  let result: SessionResult;
  try {
    result = await session.finished;
    screen.last();
  } finally {
    screen.end();
    for (const signal of signals) process.off(signal, stop);
  }
  for (const note of new Set(notes)) process.stderr.write(`pyspy: ${escapeTerminal(note)}\n`);
  for (const line of screen.told) process.stderr.write(`pyspy: ${escapeTerminal(line)}\n`);
  if (result.reason !== 'interrupted')
    process.stderr.write(`pyspy: ${endings[result.reason]} after ${(result.elapsedNs / 1e9).toFixed(1)} s\n`);
}

interface Display {
  /** New samples are there. */
  readonly refresh: () => void;
  /** No more will come. */
  readonly last: () => void;
  readonly end: () => void;
  /** What is worth telling after the end. */
  readonly told: readonly string[];
}

function startScreen(
  session: Session,
  view: LiveView,
  look: (isNew: boolean) => void,
  options: LiveOptions,
  target: Target,
  trace: string,
): Display {
  const told: string[] = [];
  let shownMs = 0;
  const draw = (): void =>
    terminal.draw(renderScreen(view.screen(figuresOf(session), terminal.size), terminal.size));
  const write = (): void => {
    const path = options.output ?? defaultOutputName(target.command, target.pid, new Date());
    writeSeen(trace, path, options.force).then(
      (line) => {
        told.push(line);
        view.say(line);
        draw();
      },
      (error: unknown) => {
        view.say(error instanceof PyspyError ? error.message : String(error));
        draw();
      },
    );
  };
  const terminal = new LiveTerminal({
    resized: draw,
    key: (name, text) => {
      const wish = view.press(name, text, terminal.size);
      if (wish === 'quit') return session.stop();
      if (wish === 'suspend') return terminal.suspend();
      if (wish === 'write') write();
      if (wish === 'look') look(false);
      draw();
    },
  });
  terminal.open();
  draw();
  return {
    told,
    last: () => {},
    refresh: () => {
      // Samples come in about once a second; what is left of an interval is no reason to skip them.
      if (Date.now() - shownMs < options.intervalMs - 300) return;
      shownMs = Date.now();
      look(true);
      draw();
    },
    end: () => terminal.close(),
  };
}

/** Without a terminal: a table every interval, as long as somebody reads them. */
function startTables(
  session: Session,
  view: LiveView,
  look: (isNew: boolean) => void,
  options: LiveOptions,
): Display {
  let shownMs = Date.now();
  const show = (): void => {
    look(true);
    const size = {
      columns: 120,
      lines: Math.min(options.limit, view.rowCount) + linesAround,
      hasStyles: false,
    };
    // The last line is about keys, and nobody presses any.
    const lines = renderScreen(view.screen(figuresOf(session), size), size).slice(0, -1);
    process.stdout.write(`${lines.join('\n').trimEnd()}\n\n`);
  };
  return {
    told: [],
    // The last moments may be too few to say anything.
    last: () => {
      if (Date.now() - shownMs > options.intervalMs / 2) show();
    },
    refresh: () => {
      if (Date.now() - shownMs < options.intervalMs - 300) return;
      shownMs = Date.now();
      show();
    },
    end: () => {},
  };
}

function figuresOf({ progress }: Session): RecorderFigures {
  const elapsedS = progress.elapsedNs / 1e9;
  return {
    elapsedS,
    rateHz: elapsedS > 0 ? progress.ticks / elapsedS : 0,
    missed: progress.missed,
    torn: progress.torn,
    failed: progress.failed,
    threads: progress.threads,
    processes: progress.processes,
  };
}

function withReader(path: string, action: (reader: TraceReader) => void): void {
  // A key may come before the first sample.
  if (!existsSync(path)) return;
  const reader = TraceReader.open(path);
  try {
    action(reader);
  } finally {
    reader.close();
  }
}
