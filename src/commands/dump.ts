/** `pyspy dump`: the stacks of all threads, of a process now or out of a recording. */

import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type { DumpResult } from '../format/dump-result.js';
import type { SnapshotOptions } from '../record/session/snapshot.js';
import { tell } from './notes.js';
import { addExamples, addJsonOption, parseCount, parsePid } from './options.js';
import { isColoured, printJson, printText, withTrace } from './output.js';

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
      : await (await import('../record/session/snapshot.js')).snapshot(pid, wanted);
    return options.json ? printJson(result) : printDump('', result);
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
    const { secondsText } = await import('../render/words/phrases.js');
    const { escapeTerminal } = await import('../render/terminal/terminal.js');
    const note = `${escapeTerminal(file)} at ${secondsText(result.at_s ?? 0)}\n${stateNote(reader.state())}\n`;
    await (options.json ? printJson(result) : printDump(note, result));
  });
}

/** A process and its descendants: those that cannot be read are named on stderr, those that are no Python are not. */
async function snapshotFamily(pid: number, wanted: SnapshotOptions): Promise<DumpResult> {
  const [{ listFamily }, { snapshot, snapshotOf }] = await Promise.all([
    import('../record/processes/process-list.js'),
    import('../record/session/snapshot.js'),
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
  tell(...told.map(({ message }) => `pyspy: not shown: ${message}`));
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

async function printDump(note: string, result: DumpResult): Promise<void> {
  const { renderDump } = await import('../render/text/dump.js');
  return printText(note + renderDump(result, isColoured()));
}
