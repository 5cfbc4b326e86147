/** `pyspy dump`: the stacks of all threads, of a process now or out of a recording. */

import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type { DumpRequest } from '../run/processes/dump.js';
import { requireRecorder } from '../run/processes/recorder.js';
import { present } from './line/present.js';
import { addExamples, addJsonOption, parseCount, parsePid } from './options/common.js';

interface DumpCommandOptions {
  readonly pid?: number;
  readonly at?: string;
  readonly json?: boolean;
  readonly locals?: boolean;
  readonly localsLength?: number;
  readonly subprocesses?: boolean;
  readonly tasks?: boolean;
  readonly greenlets?: boolean;
  readonly native?: boolean;
  readonly nativeAll?: boolean;
}

/** Longest text of a variable's value, in characters, if nothing else is asked for; and at all. */
const defaultLocalsLength = 200;
const maxLocalsLength = 100_000;

export function registerDump(program: Command): void {
  const command = program
    .command('dump')
    .description('show the stacks of all threads: of a process now, or at a moment of a recording')
    .argument('[file]', 'trace, written by "pyspy record"')
    .option('-p, --pid <pid>', 'process whose stacks to show', parsePid)
    .option(
      '--at <time>',
      'moment of the recording, needed with a trace (no default): 10s, 1m30s, 00:01:30, -10s (from the end), 50%, T14:03:22',
    )
    .option('-s, --subprocesses', 'with --pid: the processes that it started, too')
    .option('--tasks', 'with --pid: the tasks of asyncio too, and what they wait for')
    .option('--greenlets', 'with --pid: greenlets that wait too; reads all objects, which takes a while')
    .option('--native', 'with --pid: native frames too, of threads that wait, and threads of libraries')
    .option('--native-all', "of native frames, the interpreter's own too")
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
    'pyspy dump --pid 1234 --native',
    'pyspy dump run.trace --at 12.5s',
  );
  addJsonOption(command).action((file: string | undefined, options: DumpCommandOptions) =>
    dump(file, options),
  );
}

async function dump(file: string | undefined, options: DumpCommandOptions): Promise<void> {
  const chosen = chooseDump(file, options);
  if ('pid' in chosen) {
    requireRecorder();
    const { dumpProcess } = await import('../run/processes/dump.js');
    return present(await dumpProcess(chosen), options);
  }
  const { dumpRecording } = await import('../run/replay/dump.js');
  await present(await dumpRecording(chosen.file, chosen.at, options.nativeAll ?? false), options);
}

/** A process now, or a moment of a recording. @throws PyspyError of kind "usage" where it is neither or both */
function chooseDump(
  file: string | undefined,
  options: DumpCommandOptions,
): DumpRequest | { readonly file: string; readonly at: string } {
  const { pid, at, subprocesses = false, tasks = false, greenlets = false, nativeAll = false } = options;
  const native = nativeAll || (options.native ?? false);
  const localsLength = takeLocalsLength(options);
  for (const name of ['tasks', 'greenlets'] as const)
    if (options[name] && pid === undefined)
      throw new PyspyError('usage', `--${name} needs --pid: a recording does not hold all ${name}`, {
        hint: `pyspy dump --pid PID --${name}.`,
      });
  if (options.native && pid === undefined)
    throw new PyspyError('usage', '--native needs --pid: a recording shows the native frames that it has', {
      hint: 'pyspy record --native records them: of threads that wait, and of those that run where --sampler kernel is allowed.',
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
    return { pid, subprocesses, localsLength, tasks, greenlets, native, nativeAll };
  }
  if (file === undefined || at === undefined)
    throw new PyspyError(
      'usage',
      file === undefined ? 'dump needs --pid or a trace' : 'dump needs a moment: --at TIME',
      {
        hint: 'pyspy dump --pid PID, or pyspy dump FILE --at TIME.',
      },
    );
  return { file, at };
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
