/** `pyspy view FILE`: the page of `report`, served to a browser on this machine. */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { addExamples, addWindowOptions, parseCount, type WindowOptions } from '../options/common.js';
import { addPageMineOptions, type MineOptions, ownRule } from '../options/mine.js';

interface ViewOptions extends WindowOptions, MineOptions {
  readonly port?: number;
  readonly title?: string;
  readonly source?: string;
  readonly open: boolean;
}

export function registerView(program: Command): void {
  const command = program
    .command('view')
    .description('look at a recording in a browser on this machine: the page of "pyspy report"')
    .argument('<file>', 'trace, written by "pyspy record"')
    .option('--port <number>', 'port on loopback (default: any that is free)', parsePort)
    .option('--title <text>', 'title of the page (default: the name of the trace)')
    .option('--source <folder>', 'where sources are (default: where they were when this was recorded)')
    .option('--no-open', 'only print the address; do not open a browser');
  addPageMineOptions(addWindowOptions(command));
  addExamples(command, 'pyspy view run.trace', 'pyspy view run.trace --no-open --port 8080').action(
    async (file: string, options: ViewOptions) => {
      const { title = basename(file), port = 0, open } = options;
      const { runView } = await import('../../run/pages/view.js');
      await runView({
        file,
        sourceFolder: options.source ?? null,
        title,
        port,
        isOpened: open,
        window: options,
        mine: ownRule(options),
      });
    },
  );
}

/** @throws InvalidArgumentError, a usage error */
function parsePort(text: string): number {
  const port = parseCount(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}
