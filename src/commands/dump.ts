/** `pyspy dump`: the stacks of all threads, of a process now or out of a recording. */
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type {
  DumpFrame,
  DumpGreenlet,
  DumpProcess,
  DumpResult,
  DumpTask,
  DumpThread,
} from '../format/dump-result.js';
import type { SnapshotOptions } from '../record/snapshot.js';
import { addExamples, addJsonOption, parseCount, parsePid } from './options.js';
import { isColoured, print, printJson, withTrace } from './output.js';

interface DumpCommandOptions {
  readonly pid?: number;
  readonly at?: string;
  readonly json?: boolean;
  readonly locals?: boolean;
  readonly localsLength?: number;
  readonly subprocesses?: boolean;
  readonly tasks?: boolean;
  readonly greenlets?: boolean;
}

/** Longest text of a variable's value, in characters, if nothing else is asked for; and at all. */
const defaultLocalsLength = 200;
const maxLocalsLength = 100_000;

export function registerDump(program: Command): void {
  const command = program
    .command('dump')
    .description('show the stacks of all threads: of a process now, or at a moment of a recording')
    .argument('[file]', 'trace, written by "pyspy record"')
    .option('-p, --pid <pid>', 'look at this process', parsePid)
    .option(
      '--at <time>',
      'moment of the recording: 10s, 1m30s, 00:01:30, -10s (from the end), 50%, T14:03:22',
    )
    .option('-s, --subprocesses', 'with --pid: the processes that it started, too')
    .option('--tasks', 'with --pid: the tasks of asyncio too, and what they wait for')
    .option(
      '--greenlets',
      'with --pid: greenlets that wait too; looks through all objects, which takes a while',
    )
    .option('--locals', 'with --pid: arguments and local variables too; they may hold secrets')
    .option(
      '--locals-length <n>',
      `longest value of --locals, in characters (default: ${defaultLocalsLength})`,
      parseCount,
    );
  addExamples(
    command,
    'pyspy dump --pid 1234 --locals',
    'pyspy dump --pid 1234 --tasks',
    'pyspy dump run.trace --at 12.5s',
  );
  addJsonOption(command).action((file: string | undefined, options: DumpCommandOptions) =>
    runDump(file, options),
  );
}

async function runDump(file: string | undefined, options: DumpCommandOptions): Promise<void> {
  const { pid, at } = options;
  const wanted: SnapshotOptions = {
    localsLength: takeLocalsLength(options),
    tasks: options.tasks ?? false,
    greenlets: options.greenlets ?? false,
  };
  for (const name of ['tasks', 'greenlets'] as const)
    if (options[name] && pid === undefined)
      throw new PyspyError('usage', `--${name} needs --pid: a recording does not hold all ${name}`, {
        hint: `pyspy dump --pid PID --${name}.`,
      });
  if (options.subprocesses && pid === undefined)
    throw new PyspyError(
      'usage',
      '--subprocesses needs --pid: a recording has all processes that it was told to follow',
      {
        hint: 'pyspy dump --pid PID --subprocesses.',
      },
    );
  if (pid !== undefined) {
    if (file !== undefined || at !== undefined)
      throw new PyspyError('usage', 'dump takes either --pid or a trace with --at, not both', {
        hint: 'pyspy dump --pid PID, or pyspy dump FILE --at TIME.',
      });
    const result = options.subprocesses
      ? await snapshotFamily(pid, wanted)
      : await (await import('../record/snapshot.js')).snapshot(pid, wanted);
    return options.json ? printJson(result) : print(await renderDump('', result));
  }
  if (file === undefined || at === undefined)
    throw new PyspyError(
      'usage',
      file === undefined ? 'dump needs --pid or a trace' : 'dump needs a moment: --at TIME',
      {
        hint: 'pyspy dump --pid PID, or pyspy dump FILE --at TIME.',
      },
    );
  await withTrace(file, async (reader) => {
    const { resolveMoment } = await import('../replay/window.js');
    const { dumpAt } = await import('../replay/dump-at.js');
    const result = dumpAt(reader, resolveMoment(reader, at, '--at'));
    const { stateNote } = await import('./heading.js');
    const { secondsText } = await import('../render/words.js');
    const { escapeTerminal } = await import('../render/terminal.js');
    const note = `${escapeTerminal(file)} at ${secondsText(result.at_s ?? 0)}\n${stateNote(reader.state())}\n`;
    await (options.json ? printJson(result) : print(await renderDump(note, result)));
  });
}

/** A process and its descendants: those that cannot be read are named on stderr, those that are no Python are not. */
async function snapshotFamily(pid: number, wanted: SnapshotOptions): Promise<DumpResult> {
  const [{ listFamily }, { snapshot, snapshotOf }, { escapeTerminal }] = await Promise.all([
    import('../record/process-list.js'),
    import('../record/snapshot.js'),
    import('../render/terminal.js'),
  ]);
  const { targets, refused } = listFamily(pid);
  // With none of them, what is wrong with the process itself says more.
  if (targets.length === 0) return snapshot(pid, wanted);
  const told = [...refused];
  const processes = targets.flatMap((target) => {
    try {
      return snapshotOf(target, wanted).processes;
    } catch (error) {
      if (!(error instanceof PyspyError)) throw error;
      told.push(error);
      return [];
    }
  });
  for (const { message } of told) process.stderr.write(`pyspy: not shown: ${escapeTerminal(message)}\n`);
  return { at_s: null, processes };
}

/** @returns null where no variables are asked for */
function takeLocalsLength({ pid, locals, localsLength }: DumpCommandOptions): number | null {
  if ((locals || localsLength !== undefined) && pid === undefined)
    throw new PyspyError('usage', 'a recording holds no values of variables: --locals needs --pid', {
      hint: 'pyspy dump --pid PID --locals.',
    });
  if (!locals && localsLength !== undefined)
    throw new PyspyError('usage', '--locals-length has no meaning without --locals', {
      hint: 'pyspy dump --pid PID --locals --locals-length 1000.',
    });
  if (localsLength !== undefined && (localsLength < 1 || localsLength > maxLocalsLength))
    throw new PyspyError('usage', `--locals-length must be between 1 and ${maxLocalsLength}`, {
      hint: `Without it, values are cut at ${defaultLocalsLength} characters.`,
    });
  return locals ? (localsLength ?? defaultLocalsLength) : null;
}

async function renderDump(note: string, result: DumpResult): Promise<string> {
  const { createStyle, escapeTerminal } = await import('../render/terminal.js');
  const style = createStyle(isColoured());
  const showFrames = (frames: readonly DumpFrame[]): string => {
    let lines = '';
    for (const frame of frames) {
      lines += `\n    ${escapeTerminal(frame.function)} ${style.dim(escapeTerminal(`(${frame.file}:${frame.line || '?'})`))}`;
      for (const line of describeLocals(frame)) lines += `\n        ${escapeTerminal(line)}`;
    }
    return lines;
  };
  let text = note;
  for (const process of result.processes) {
    text += style.bold(escapeTerminal(`Process ${process.pid}: ${process.command.join(' ')}`));
    text += `\n${escapeTerminal(`Python ${process.python}`)}`;
    for (const thread of process.threads) {
      const name = thread.name === null ? '(no name)' : `"${thread.name}"`;
      const number = thread.os_thread_id ?? thread.thread_id;
      text += `\n\n${style.bold(escapeTerminal(`Thread ${number} ${name}`))} (${describeThread(thread)})`;
      text += showFrames(thread.frames);
      if (thread.frames.length === 0)
        text += `\n    ${thread.failed ? '(stack not read)' : '(no Python frames)'}`;
    }
    for (const task of process.tasks ?? []) {
      text += `\n\n${style.bold(escapeTerminal(`Task ${task.name ?? '(no name)'}`))} (${escapeTerminal(describeTask(task))})`;
      text += showFrames(task.frames);
    }
    for (const greenlet of process.greenlets ?? []) {
      text += `\n\n${style.bold(escapeTerminal(`${greenlet.type} at ${greenlet.address}`))} (${describeGreenlet(greenlet)})`;
      text += showFrames(greenlet.frames);
    }
    for (const note of [describeTasksMissing(process), describeGreenletsMissing(process)])
      if (note !== null) text += `\n\n(${note})`;
    text += '\n\n';
  }
  return text.replace(/\n\n$/, '\n');
}

/** Arguments first, each marked as one. */
function describeLocals(frame: DumpFrame): string[] {
  if (frame.locals_unknown !== undefined) return [`(locals not known: ${frame.locals_unknown})`];
  const names = new Set(frame.arguments);
  const lines = Object.entries(frame.locals ?? {}).map(([name, value]) => ({
    isArgument: names.has(name),
    text: `${name} = ${value}`,
  }));
  return [
    ...lines.filter(({ isArgument }) => isArgument).map(({ text }) => `argument ${text}`),
    ...lines.filter(({ isArgument }) => !isArgument).map(({ text }) => text),
  ];
}

function describeTask(task: DumpTask): string {
  return describeTaskState(task) + (task.truncated ? ', inner frames are missing' : '');
}

function describeTaskState({ state, waits_for, os_thread_id }: DumpTask): string {
  switch (state) {
    case 'running':
      return os_thread_id === null ? 'running' : `running on thread ${os_thread_id}`;
    case 'waiting':
      return `waits for ${waits_for}`;
    case 'ready':
      return 'ready';
    case 'unknown':
      return 'not to be read, or changed while it was';
  }
}

/** What there is to say where tasks were asked for and are not, or not all, there. */
function describeTasksMissing({ tasks, tasks_cut, python }: DumpProcess): string | null {
  if (tasks === undefined) return null;
  if (tasks_cut) return 'there may be more tasks: their list changed while it was read, or is too long';
  if (tasks !== null) return tasks.length === 0 ? 'no tasks of asyncio' : null;
  return /^(2|3\.[0-6])\./.test(python)
    ? `tasks of Python ${python} are not read: 3.7 is the first`
    : 'asyncio is not in use';
}

function describeGreenlet({ torn, truncated }: DumpGreenlet): string {
  return [
    'waits',
    ...(truncated ? ['outer frames are missing'] : []),
    ...(torn ? ['stack may mix two moments'] : []),
  ].join(', ');
}

function describeGreenletsMissing({ greenlets, greenlets_cut }: DumpProcess): string | null {
  if (greenlets === undefined) return null;
  if (greenlets === null)
    return 'greenlet is not in use, or its objects cannot be found: before 3.8, and without a GIL';
  if (greenlets_cut)
    return 'there may be more greenlets: objects came and went while they were looked through, or are too many';
  return greenlets.length === 0 ? 'no greenlet waits' : null;
}

function describeThread(thread: DumpThread): string {
  return [
    thread.status === 'unknown' ? 'state not known' : thread.status,
    ...(thread.gil ? ['holds the GIL'] : []),
    ...(thread.gil_wait ? ['waits for the GIL'] : []),
    ...(thread.collecting ? ['collects garbage'] : []),
    ...(thread.torn ? ['stack may mix two moments'] : []),
  ].join(', ');
}
