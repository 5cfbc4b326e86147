/** The options of `pyspy top` that go with a program that runs, and those that go with a trace. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import { parsePid } from '../options.js';
import { parseLength, parseRate } from '../record-options.js';

export interface LiveCommandOptions {
  readonly pid?: number;
  readonly rate?: number;
  readonly duration?: string;
  readonly subprocesses?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

const liveOnly = ['rate', 'duration', 'subprocesses', 'output', 'force'] as const;
const traceOnly = ['from', 'to', 'follow', 'json'] as const;

const defaultRateHz = 100;
const shortestMs = 1000;

/** --pid and what goes with it. */
export function addLiveOptions(command: Command): Command {
  return command
    .addOption(new Option('-p, --pid <pid>', 'process to look at while it runs').argParser(parsePid))
    .addOption(
      new Option(
        '-r, --rate <hz>',
        `with --pid or a command: samples a second, of every thread (default: ${defaultRateHz})`,
      ).argParser(parseRate),
    )
    .option('-d, --duration <time>', 'end after this time (default: when the program ends, or at q)')
    .option('-s, --subprocesses', 'the processes that it starts, too')
    .option('-o, --output <file>', 'trace that w writes (default: made of program, pid and time)')
    .option('-f, --force', 'w replaces the trace if it exists');
}

/**
 * Takes what follows "--" off the words of a command line, which would otherwise be arguments like any others.
 * @returns what was taken the last time; null where there was no "--"
 */
export function takeProgram(command: Command): () => string[] | null {
  let program: string[] | null = null;
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => {
    const at = words.indexOf('--');
    program = at < 0 ? null : words.slice(at + 1);
    return parse(at < 0 ? words : words.slice(0, at));
  };
  return () => program;
}

/**
 * Tells a trace from a program.
 * @returns the trace; null for a program
 * @throws PyspyError of kind "usage" where it is neither or several, or an option goes with the other
 */
export function chooseTrace(
  file: string | undefined,
  program: readonly string[] | null,
  options: LiveCommandOptions & Readonly<Record<string, unknown>>,
): string | null {
  const given = [file !== undefined, program !== null, options.pid !== undefined].filter(Boolean).length;
  const hint = 'pyspy top FILE, pyspy top --pid PID, or pyspy top -- python program.py';
  if (given !== 1 || program?.length === 0)
    throw new PyspyError(
      'usage',
      given > 1
        ? 'top takes one of a trace, --pid and a command'
        : 'top needs a trace, a process or a command',
      { hint },
    );
  const [wrong, other] = file === undefined ? [traceOnly, 'a trace'] : [liveOnly, '--pid or a command'];
  const found = wrong.find((name) => options[name] !== undefined);
  if (found !== undefined) throw new PyspyError('usage', `--${found} goes with ${other}`, { hint });
  return file ?? null;
}

/** @throws PyspyError of kind "usage" */
export async function resolveTimes(options: LiveCommandOptions & { readonly interval?: string }): Promise<{
  rateHz: number;
  durationNs: number | null;
  intervalMs: number;
}> {
  return {
    rateHz: options.rate ?? defaultRateHz,
    durationNs: await parseLength('--duration', options.duration),
    intervalMs:
      ((await parseLength('--interval', options.interval, shortestMs * 1e6)) ?? shortestMs * 1e6) / 1e6,
  };
}
