/** Commands that take a running program in the place of a trace: which of the two was meant, and how to record it. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import type { SamplerChoice } from '../../format/recording-info.js';
import { addGroup, optionWithDefault, parsePid } from './common.js';
import type { NativeOption } from './filter.js';
import {
  checkStop,
  chooseSampler,
  nativeOption,
  parseLength,
  parseRate,
  realtimeOption,
  samplerOption,
} from './recording-options.js';

export interface RunningOptions {
  readonly pid?: number;
  readonly rate?: number;
  readonly duration?: string;
  readonly subprocesses?: boolean;
  readonly stop?: boolean;
  readonly realtime: boolean;
  readonly sampler?: SamplerChoice;
  readonly native?: NativeOption | undefined;
}

const runningOnly = ['rate', 'duration', 'subprocesses', 'stop', 'realtime', 'sampler', 'native'];
const traceOnly = ['follow'];

const defaultRateHz = 100;

/** --pid and what goes with it. */
export function addRunningOptions(command: Command, addMore: (command: Command) => void = () => {}): Command {
  return addGroup(command, 'A running program (--pid or a command):', (group) => {
    group
      .addOption(new Option('-p, --pid <pid>', 'process to sample').argParser(parsePid))
      .addOption(
        optionWithDefault(
          '-r, --rate <hz>',
          `samples per second per thread, or max (default: ${defaultRateHz})`,
        ).argParser(parseRate),
      )
      .addOption(
        optionWithDefault(
          '-d, --duration <time>',
          'end after this time: 30s, 5m, 1h (default: when the program ends)',
        ),
      )
      .addOption(optionWithDefault('-s, --subprocesses', 'sample the processes that it starts, too'))
      .option('--stop', 'end the command at the end (default: pyspy waits for it to exit)')
      .addOption(nativeOption())
      .addOption(samplerOption())
      .addOption(realtimeOption());
    addMore(group);
  });
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

/** Options of one command that go with only one of the two. */
export interface OneSided {
  readonly running?: readonly string[];
  readonly trace?: readonly string[];
}

/**
 * Tells a trace from a program.
 * @param command that was given
 * @returns a trace, a pid, or a command
 * @throws PyspyError of kind "usage" where it is none or several, or an option goes with the other
 */
export function chooseSource(
  command: Command,
  { file, program }: { readonly file: string | undefined; readonly program: readonly string[] | null },
  oneSided: OneSided = {},
): { readonly trace: string } | { readonly program: number | readonly string[] } {
  const name = command.name();
  const options = command.opts<RunningOptions>();
  const given = [file, program ?? undefined, options.pid].filter((source) => source !== undefined);
  const hint = `pyspy ${name} FILE, pyspy ${name} --pid PID, or pyspy ${name} -- python program.py`;
  if (given.length !== 1 || program?.length === 0)
    throw new PyspyError(
      'usage',
      given.length > 1
        ? `${name} takes one of a trace, --pid and a command`
        : `${name} needs a trace, a process or a command`,
      { hint },
    );
  const [wrong, other] =
    file === undefined
      ? [[...traceOnly, ...(oneSided.trace ?? [])], 'a trace']
      : [[...runningOnly, ...(oneSided.running ?? [])], '--pid or a command'];
  // A default out of the environment is for the commands that it means something to.
  const found = wrong.find(
    (option) =>
      command.getOptionValueSource(option) === 'cli' && (option !== 'native' || options.native === true),
  );
  if (found !== undefined)
    throw new PyspyError('usage', `--${found === 'realtime' ? 'no-realtime' : found} goes with ${other}`, {
      hint,
    });
  checkStop(name, options);
  return file !== undefined ? { trace: file } : { program: options.pid ?? program! };
}

/** @throws PyspyError of kind "usage" */
export function resolveRunning(options: RunningOptions): {
  readonly rateHz: number;
  readonly subprocesses: boolean;
  readonly stops: boolean;
  readonly durationNs: number | null;
  readonly realtime: boolean;
  readonly native: boolean;
  readonly sampler: SamplerChoice;
} {
  return {
    rateHz: options.rate ?? defaultRateHz,
    subprocesses: options.subprocesses ?? false,
    stops: options.stop ?? false,
    durationNs: parseLength('--duration', options.duration),
    realtime: options.realtime,
    native: options.native === true,
    sampler: chooseSampler(options),
  };
}
