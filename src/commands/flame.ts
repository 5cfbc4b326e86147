/** `pyspy flame`: a recording, a part of it, or what a running program does for a while, as a flame graph. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import { requireRecorder } from '../run/processes/recorder.js';
import type { FlameRequest } from '../run/replay/flame.js';
import { addWindowOptions, type WindowOptions } from './options/common.js';
import {
  addFilterOptions,
  addNativeOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
} from './options/filter.js';
import { addFollowOptions, type FollowOptions, resolveFollow } from './options/follow.js';
import {
  addRunningOptions,
  chooseSource,
  type RunningOptions,
  resolveRunning,
  takeProgram,
} from './options/running.js';
import { addRollupsOption, addRootOptions, type RootOptions } from './options/tree-options.js';

interface FlameCommandOptions
  extends WindowOptions,
    FilterOptions,
    FollowOptions,
    RunningOptions,
    RootOptions {
  readonly output?: string;
  readonly lines?: boolean;
  readonly title?: string;
  readonly rollups?: boolean;
}

export function registerFlame(pyspy: Command): void {
  const command = pyspy
    .command('flame')
    .description('draw a recording, a part of it, or a running program, as a flame graph (SVG)')
    .usage(
      '[options] <file>\n       pyspy flame [options] --pid <pid>\n       pyspy flame [options] -- <command...>',
    )
    .argument('[file]', 'trace, written by "pyspy record"')
    .option('-o, --output <file>', "picture to write, - for stdout (default: the trace's name with .svg)")
    .option('--lines', 'a frame for each line, not for each function');
  addRootOptions(command).option(
    '--title <text>',
    'title of the picture (default: the name of the trace or program)',
  );
  addRollupsOption(command);
  const program = takeProgram(command);
  addFollowOptions(command);
  addNativeOptions(addStackFilterOptions(addFilterOptions(addWindowOptions(command))));
  addRunningOptions(command)
    .addHelpText(
      'after',
      `
A running program is recorded first, until --duration, its end or Ctrl-C;
"pyspy record" keeps the recording, too.

Examples:
  pyspy flame run.trace --from 10s --to 20s -o window.svg
  pyspy flame --pid 1234 --duration 10s -o now.svg`,
    )
    .action((file: string | undefined, options: FlameCommandOptions) => {
      const source = chooseSource(command, { file, program: program() }, { trace: ['interval'] });
      return 'trace' in source ? drawTrace(source.trace, options) : drawProgram(source.program, options);
    });
}

/** A request for all but the trace, which may have to be recorded first. */
function chooseFlame(
  options: FlameCommandOptions,
  named: { readonly output: string; readonly title: string },
): Omit<FlameRequest, 'file'> {
  const { lines = false, threads = false, processes = false, inverted = false, rollups = true } = options;
  return {
    ...{ lines, threads, processes, inverted, rollups, ...named },
    window: options,
    samples: chooseSamples(options),
    intervalMs: resolveFollow(options),
  };
}

async function draw(request: FlameRequest): Promise<void> {
  const { runFlame } = await import('../run/replay/flame.js');
  await runFlame(request);
}

async function drawTrace(file: string, options: FlameCommandOptions): Promise<void> {
  const name = basename(file);
  const { output = `${name.replace(/\.trace$/, '')}.svg`, title = name } = options;
  if (options.follow && output === '-')
    throw new PyspyError('usage', '--follow writes a picture again and again, and stdout takes one', {
      hint: 'Name a file: -o live.svg.',
    });
  await draw({ file, ...chooseFlame(options, { output, title }) });
}

async function drawProgram(program: number | readonly string[], options: FlameCommandOptions): Promise<void> {
  requireRecorder();
  const name = typeof program === 'number' ? `process ${program}` : program.join(' ');
  const { output = `${fileNameOf(program)}.svg`, title = name } = options;
  const request = chooseFlame(options, { output, title });
  const plan = resolveRunning(options);
  const { recordForPicture } = await import('../run/record/recorded-picture.js');
  await recordForPicture(program, plan, (file) => draw({ file, ...request }));
}

function fileNameOf(program: number | readonly string[]): string {
  if (typeof program === 'number') return `process-${program}`;
  const script = program.find((word) => word.endsWith('.py')) ?? program[0]!;
  return basename(script);
}
