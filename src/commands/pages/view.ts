/** `pyspy view FILE` or `A B`: the page of `report`, served to a browser on this machine. */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { PyspyError } from '../../errors.js';
import { addExamples, parseCount } from '../options/common.js';
import {
  addPagesCompared,
  type ComparisonOptions,
  chooseComparison,
  onlyTrace,
} from '../options/comparison.js';
import { chooseSamples } from '../options/filter.js';
import { addPageMineOptions, type MineOptions, ownRule } from '../options/mine.js';

interface ViewOptions extends ComparisonOptions, MineOptions {
  readonly port?: number;
  readonly title?: string;
  readonly source?: string;
  readonly open: boolean;
}

export function registerView(program: Command): void {
  const command = program
    .command('view')
    .description(
      'look at a recording, or at what two spent differently, in a browser: the page of "pyspy report"',
    )
    .option('--port <number>', 'port on loopback (default: any that is free)', parsePort)
    .option('--title <text>', 'title of the page (default: the name of the trace)')
    .option('--source <folder>', 'where sources are (default: where they were when this was recorded)')
    .option('--no-open', 'only print the address; do not open a browser');
  addPageMineOptions(addPagesCompared(command));
  addExamples(
    command,
    'pyspy view run.trace',
    'pyspy view run.trace --no-open --port 8080',
    'pyspy view before.trace after.trace',
  ).action((traces: string[], options: ViewOptions) => {
    const file = onlyTrace('view', traces, options);
    return file === null ? compare(traces, options) : view(file, options);
  });
}

async function view(file: string, options: ViewOptions): Promise<void> {
  const { title = basename(file), port = 0, open, source = null } = options;
  const { runView } = await import('../../run/pages/view.js');
  const mine = ownRule(options);
  await runView({ file, sourceFolder: source, title, port, isOpened: open, window: options, mine });
}

async function compare(traces: readonly string[], options: ViewOptions): Promise<void> {
  const { title = null, port = 0, open, source } = options;
  if (source !== undefined)
    throw new PyspyError(
      'usage',
      '--source is for the page of one trace: that of a comparison has no sources',
      {
        hint: 'Leave it out.',
      },
    );
  const asked = chooseComparison('view', traces, options, chooseSamples(options));
  const { serveComparison } = await import('../../run/diff/difference-report.js');
  await serveComparison({ asked, title }, { port, isOpened: open });
}

/** @throws InvalidArgumentError, a usage error */
function parsePort(text: string): number {
  const port = parseCount(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}
