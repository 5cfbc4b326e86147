/** `pyspy flame`: a recording, a part of it, or what a running program does for a while, as a flame graph. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import { drawFlame, type FlameOptions } from './flame-picture.js';
import { addFollowOptions, type FollowOptions, repeatedly } from './follow.js';
import { tell } from './notes.js';
import { addFilterOptions, addStackFilterOptions, addWindowOptions } from './options.js';
import { createMarker } from './record-marks.js';
import { recordProgram } from './recording.js';
import {
  addRunningOptions,
  chooseSource,
  type RunningOptions,
  resolveRunning,
  takeProgram,
} from './running.js';
import { withTemporaryFolder } from './temporary-folder.js';

interface FlameCommandOptions extends FlameOptions, FollowOptions, RunningOptions {}

export function registerFlame(pyspy: Command): void {
  const command = pyspy
    .command('flame')
    .description('draw a recording, a part of it, or a running program, as a flame graph (SVG)')
    .usage(
      '[options] <file>\n       pyspy flame [options] --pid <pid>\n       pyspy flame [options] -- <command...>',
    )
    .argument('[file]', 'trace, written by "pyspy record"')
    .option('-o, --output <file>', "picture to write, - for stdout (default: the trace's name with .svg)")
    .option('--lines', 'a frame for each line, not for each function')
    .option('--threads', 'a root for each thread')
    .option('--inverted', 'innermost functions first, their callers below them')
    .option('--title <text>', 'title of the picture (default: the name of the trace or program)')
    .option('--no-rollups', 'read every sample, also where the trace has rollups');
  const program = takeProgram(command);
  addFollowOptions(command);
  addStackFilterOptions(addFilterOptions(addWindowOptions(command)));
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

function drawTrace(file: string, options: FlameCommandOptions): Promise<void> {
  if (options.follow && options.output === '-')
    throw new PyspyError('usage', '--follow writes a picture again and again, and stdout takes one', {
      hint: 'Name a file: -o live.svg.',
    });
  let isTold = false;
  return repeatedly(file, options, async () => {
    // Of a picture that is drawn again and again, the first time says it.
    const output = await drawFlame(file, options, isTold ? () => {} : tell);
    if (output !== null && !isTold) tell(`wrote ${output}`);
    isTold = true;
  });
}

/** Records a program into a trace that is gone afterwards. */
async function drawProgram(program: number | readonly string[], options: FlameCommandOptions): Promise<void> {
  const output = options.output ?? `${fileNameOf(program)}.svg`;
  const name = typeof program === 'number' ? `process ${program}` : program.join(' ');
  await withTemporaryFolder(async (folder) => {
    const trace = join(folder, 'recording.trace');
    await recordProgram(program, {
      ...(await resolveRunning(options)),
      path: trace,
      force: false,
      isShown: false,
      limits: { keepNs: null, maxBytes: null },
      mark: createMarker([]),
      recorded: async () => {
        await drawFlame(trace, { ...options, output, title: options.title ?? name });
        if (output !== '-') tell(`wrote ${output}`);
      },
    });
  });
}

function fileNameOf(program: number | readonly string[]): string {
  if (typeof program === 'number') return `process-${program}`;
  const script = program.find((word) => word.endsWith('.py')) ?? program[0]!;
  return script.slice(script.lastIndexOf('/') + 1);
}
