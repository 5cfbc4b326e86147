/** `pyspy record`: watches a running Python, or starts one, and writes a trace. */
import type { Worker } from 'node:worker_threads';
import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import type { Launched } from '../record/launch.js';
import type { Session, SessionResult } from '../record/session.js';
import type { Target } from '../record/target.js';
import { showSize } from './figures.js';
import { parsePid } from './options.js';
import { startProgress } from './progress.js';
import { createMarker, parseMarkNames } from './record-marks.js';
import { parseLength, parseRate, parseSize } from './record-options.js';

interface RecordOptions {
  readonly pid?: number;
  readonly output?: string;
  readonly rate: number;
  readonly duration?: string;
  readonly subprocesses?: boolean;
  readonly keep?: string;
  readonly maxSize?: number;
  readonly markNames?: string;
  readonly force?: boolean;
}

/** What a recording is to be like, with lengths of time resolved. */
interface Plan {
  /** Makes a mark in a session. */
  readonly mark: ReturnType<typeof createMarker>;
  /** Null for no end. */
  readonly durationNs: number | null;
  /** Null to keep all. */
  readonly keepNs: number | null;
}

/** Batches are deleted as they are merged, up to ten seconds at once. */
const shortestKeepNs = 10e9;

export function registerRecord(program: Command): void {
  program
    .command('record')
    .description('watch a running Python program, or start one, and write a trace')
    .argument('[command...]', 'program to start, after "--"')
    .addOption(new Option('-p, --pid <pid>', 'process to attach to').argParser(parsePid))
    .option('-o, --output <file>', 'trace to write (default: made of program, pid and time)')
    .addOption(
      new Option('-r, --rate <hz>', 'samples a second, of every thread; or max, as many as it can')
        .argParser(parseRate)
        .default(100),
    )
    .option('-d, --duration <time>', 'end the recording after this time: 30s, 5m, 1h (default: when it ends)')
    .option('-s, --subprocesses', 'follow the processes that it starts, too, into the same trace')
    .option('--keep <time>', 'keep the last 10m, 1h … and delete what is older (default: keep all)')
    .addOption(
      new Option('--max-size <size>', 'keep file and log below 50MB, 1GB …, deleting the oldest').argParser(
        parseSize,
      ),
    )
    .option('--mark-names <names>', 'names for the marks that SIGUSR1 makes (default: mark-1,mark-2 …)')
    .option('-f, --force', 'replace the trace if it exists')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
The program is only read: never paused, never changed. A program that was started here keeps the terminal,
gets the signals, runs on after --duration, and its exit status becomes that of pyspy.

Examples:
  pyspy record --pid 1234 -o run.trace --duration 30s
  pyspy record -o run.trace -- python program.py --its-own options
  pyspy record --subprocesses -o run.trace -- gunicorn -w 4 app:app`,
    )
    .action((command: string[], options: RecordOptions) => runRecord(command, options));
}

async function runRecord(command: string[], options: RecordOptions): Promise<void> {
  if ((options.pid === undefined) === (command.length === 0))
    throw new PyspyError(
      'usage',
      command.length === 0
        ? 'record needs a process or a command'
        : 'record takes either --pid or a command, not both',
      { hint: 'pyspy record --pid PID, or pyspy record -- python program.py' },
    );
  const plan: Plan = {
    durationNs: await parseLength('--duration', options.duration),
    keepNs: await parseLength('--keep', options.keep, shortestKeepNs),
    mark: createMarker(await parseMarkNames(options.markNames)),
  };
  const { checkOutput } = await import('../format/output-path.js');
  // Looked at before anything is started or waited for; a name made later lies in the current directory.
  checkOutput(options.output ?? `pyspy-${process.pid}.trace`, options.force ?? false);
  if (options.pid !== undefined) await recordProcess(options.pid, options, plan);
  else await recordCommand(command, options, plan);
}

async function recordProcess(pid: number, options: RecordOptions, plan: Plan): Promise<void> {
  const [{ attach }, { attachAmong }, { startWorker }] = await Promise.all([
    import('../record/target.js'),
    import('../record/launch.js'),
    import('../record/session.js'),
  ]);
  const target = options.subprocesses ? await attachAmong(pid) : await attach(pid);
  const session = await start(startWorker(), target, pid, options, plan);
  const stop = (): void => session.stop();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const progress = startProgress(session, target, plan.durationNs);
  process.on('SIGUSR1', () => plan.mark(session, progress.note));
  try {
    await summarize(await session.finished, target);
  } finally {
    progress.end();
  }
}

async function recordCommand(command: string[], options: RecordOptions, plan: Plan): Promise<void> {
  const [{ launch, findPython, sharesTerminal, catchesSignal }, { startWorker }] = await Promise.all([
    import('../record/launch.js'),
    import('../record/session.js'),
  ]);
  const launched = await launch(command);
  // Gets ready while the interpreter starts: the first moments of a program are worth recording, too.
  const worker = startWorker();
  let isOver = false;
  const exited = launched.exited.then((status) => {
    isOver = true;
    return status;
  });
  const running: { session: Session | null } = { session: null };
  forwardSignals(launched, sharesTerminal, () => running.session?.stop());
  process.on('SIGUSR1', () => {
    plan.mark(running.session, (text) => process.stderr.write(`${text}\n`));
    // A program without a handler for it would be ended by what is meant for us.
    if (catchesSignal(launched.pid, 'SIGUSR1')) launched.signal('SIGUSR1');
  });
  try {
    const target = await findPython(launched.pid, () => isOver);
    if (target === null)
      throw new PyspyError('target', `${command[0]} ended without having been a Python that could be read`, {
        hint: 'Programs that run for less than some 50 ms are too short to be recorded.',
      });
    running.session = await start(worker, target, launched.pid, options, plan);
    await summarize(await running.session.finished, target);
  } catch (error) {
    await worker.terminate();
    // The command is the user's: it goes on, and its own failure counts before that of the recording.
    const status = await exited;
    if (status === 0) throw error;
    if (error instanceof PyspyError)
      note(`${error.message}${error.hint ? `\npyspy: hint: ${error.hint}` : ''}`);
    process.exitCode = status;
    return;
  }
  process.exitCode = await exited;
}

async function start(
  worker: Worker,
  target: Target,
  root: number,
  options: RecordOptions,
  plan: Plan,
): Promise<Session> {
  const [{ startSession }, { defaultOutputName }] = await Promise.all([
    import('./start-session.js'),
    import('../record/output-name.js'),
  ]);
  return startSession({
    worker,
    target,
    followRoot: options.subprocesses ? root : null,
    refused: (error) => note(`not recorded: ${error.message}`),
    path: options.output ?? defaultOutputName(target.command, target.pid, new Date()),
    force: options.force ?? false,
    rateHz: options.rate,
    durationNs: plan.durationNs,
    limits: { keepNs: plan.keepNs, maxBytes: options.maxSize ?? null },
  });
}

/**
 * Passes signals on to the command. A terminal sends its own to both of us, so those are not sent twice; a second
 * one ends the recording of a command that does not want to end.
 */
function forwardSignals(launched: Launched, sharesTerminal: () => boolean, stop: () => void): void {
  let interrupts = 0;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const)
    process.on(signal, () => {
      if (!sharesTerminal()) launched.signal(signal);
      if (++interrupts > 1) stop();
    });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2'] as const)
    process.on(signal, () => launched.signal(signal));
}

const endings: Readonly<Record<SessionResult['reason'], string>> = {
  duration: 'time is up',
  interrupted: 'interrupted',
  stopped: 'stopped',
  'target-exited': 'the program ended',
  'target-replaced': 'the process turned into something else than a Python that pyspy reads',
  denied: 'the process could not be read any more',
};

async function summarize(result: SessionResult, target: Target): Promise<void> {
  const { shellWord } = await import('../render/words.js');
  const seconds = result.elapsedNs / 1e9;
  const rate = seconds > 0 ? result.ticks / seconds : 0;
  const file = shellWord(result.path);
  note(
    `${endings[result.reason]} after ${seconds.toFixed(1)} s: ${result.samples} samples of ` +
      `${result.processesSeen > 1 ? `${result.processesSeen} processes, the first ` : 'process '}${target.pid} ` +
      `(Python ${target.pythonVersion}) at ${rate.toFixed(0)} Hz\n` +
      `missed ${result.missed} ticks, ${result.torn} samples torn, ${result.failed} failed; ` +
      `wrote ${file} (${showSize(result.fileBytes)})` +
      // In the log of a job nobody tries anything.
      (process.stderr.isTTY
        ? `\nNow try:\n  pyspy top ${file}\n  pyspy flame ${file} -o flame.svg --from 25% --to 75%\n  pyspy info ${file}`
        : ''),
  );
}

function note(text: string): void {
  process.stderr.write(`pyspy: ${text}\n`);
}
