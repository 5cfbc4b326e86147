/** `pyspy flame FILE`: a recording, or a part of it, as a flame graph. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type { FilterOptions } from '../replay/filter.js';
import { addFollowOptions, type FollowOptions, repeatedly } from './follow.js';
import { addFilterOptions, addWindowOptions, describeFilter, type WindowOptions } from './options.js';
import { print } from './output.js';

interface FlameCommandOptions extends WindowOptions, FilterOptions, FollowOptions {
  readonly output?: string;
  readonly lines?: boolean;
  readonly threads?: boolean;
  readonly inverted?: boolean;
  readonly title?: string;
  readonly rollups?: boolean;
}

export function registerFlame(program: Command): void {
  const command = program
    .command('flame')
    .description('draw a recording, or a part of it, as a flame graph (SVG)')
    .argument('<file>', 'trace, written by "pyspy record"')
    .option('-o, --output <file>', "picture to write, - for stdout (default: the trace's name with .svg)")
    .option('--lines', 'a frame for each line, not for each function')
    .option('--threads', 'a root for each thread')
    .option('--inverted', 'innermost functions first, their callers below them')
    .option('--title <text>', 'title of the picture')
    .option('--no-rollups', 'read every sample, also where the trace has sums');
  addWindowOptions(command);
  addFollowOptions(command);
  addFilterOptions(command).action((file: string, options: FlameCommandOptions) => {
    if (options.follow && options.output === '-')
      throw new PyspyError('usage', '--follow writes a picture again and again, and stdout takes one', {
        hint: 'Name a file: -o live.svg.',
      });
    let isTold = false;
    return repeatedly(file, options, async () => {
      const output = await runFlame(file, options);
      if (output !== null && !isTold) process.stderr.write(`wrote ${output}\n`);
      isTold = true;
    });
  });
}

/** @returns the file that was written; null for stdout */
async function runFlame(file: string, options: FlameCommandOptions): Promise<string | null> {
  const { createFilter } = await import('../replay/filter.js');
  const filter = createFilter(options);
  const [{ windowFigures }, { withSummedTrace }] = await Promise.all([
    import('../replay/window.js'),
    import('./summed-trace.js'),
  ]);
  const output = options.output ?? `${basename(file).replace(/\.trace$/, '')}.svg`;
  await withSummedTrace(file, options, async (reader, window) => {
    const draw = async () => {
      const [{ foldWindow }, { buildFlameTree }, { CodePaths }, heading, { renderFlame }] = await Promise.all(
        [
          import('../replay/fold.js'),
          import('../replay/flame-tree.js'),
          import('../replay/code-path.js'),
          import('./heading.js'),
          import('../render/flame.js'),
        ],
      );
      const fold = foldWindow(reader, window, filter, { rollups: options.rollups !== false });
      const inverted = options.inverted ?? false;
      const tree = buildFlameTree(fold, new CodePaths(reader.processes()), {
        lines: options.lines ?? false,
        threads: options.threads ?? false,
        inverted,
      });
      const svg = renderFlame(tree, {
        title: options.title ?? basename(file),
        command: heading.describeCommand(reader),
        window: heading.describeWindow(windowFigures(window)),
        notes: [
          ...describeFilter(options),
          ...(inverted ? ['inverted: callers under callees'] : []),
          ...heading.shortNotes(reader, window, fold.counts),
        ],
        inverted,
      });
      return [svg];
    };
    if (output === '-') return print((await draw()).join(''));
    const { writeOutput } = await import('./output-file.js');
    await writeOutput(output, [file], draw);
  });
  return output === '-' ? null : output;
}
