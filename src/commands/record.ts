/** `pyspy record`: watches a running Python, or starts one, and writes a trace. */

import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import type { SamplerChoice } from '../format/recording-info.js';
import { requireRecorder } from '../run/processes/recorder.js';
import type { RecordedView, RecordingPlan } from '../run/record/recording-plan.js';
import { formatOfAddress, type PushFormat } from '../run/server/push-formats.js';
import { addGroup, optionWithDefault, parsePid } from './options/common.js';
import { chooseSamples, parseExpression } from './options/filter.js';
import {
  addCredentialOptions,
  addIdentityOptions,
  formatOption,
  readSendOptions,
  type SendOptions,
  usualPieceNs,
} from './options/push-options.js';
import { chooseView, type RecordView, type ViewOptions } from './options/record-view.js';
import {
  checkStop,
  chooseSampler,
  nativeOption,
  parseBudget,
  parseLength,
  parseMarkNames,
  parseRate,
  parseSize,
  realtimeOption,
  samplerOption,
} from './options/recording-options.js';

interface RecordOptions extends ViewOptions, SendOptions {
  readonly push?: string;
  readonly pushFormat?: PushFormat;
  readonly pid?: number;
  readonly all?: string;
  readonly output?: string;
  readonly rate: number;
  readonly budget?: number;
  readonly duration?: string;
  readonly subprocesses?: boolean;
  readonly keep?: string;
  readonly maxSize?: number;
  readonly stop?: boolean;
  readonly realtime: boolean;
  readonly markNames?: string;
  readonly force?: boolean;
  readonly native?: boolean;
  readonly sampler?: SamplerChoice;
}

/** Batches are deleted as they are merged, up to ten seconds at once. */
const shortestKeepNs = 10e9;

export function registerRecord(program: Command): void {
  const command = program
    .command('record')
    .description('watch a running Python program, or start one, and write a trace')
    .argument('[command...]', 'program to start, after "--"')
    .addOption(new Option('-p, --pid <pid>', 'process to attach to').argParser(parsePid))
    .addOption(
      new Option(
        '--all <regex>',
        'every Python whose command line matches, as they come and go, until Ctrl-C',
      ),
    )
    .option('-o, --output <file>', 'trace to write (default: named after program, pid and time)')
    .addOption(
      optionWithDefault('-r, --rate <hz>', 'samples per second per thread, or max')
        .argParser(parseRate)
        .default(100),
    )
    .addOption(
      optionWithDefault(
        '--budget <percent>',
        'part of one CPU that pyspy may take: 1%, 0.1% to 100%; it lowers the rate to keep to it (default: no limit)',
      ).argParser(parseBudget),
    )
    .addOption(
      optionWithDefault(
        '-d, --duration <time>',
        'end after this time: 30s, 5m, 1h (default: when the program ends)',
      ),
    )
    .addOption(
      optionWithDefault(
        '-s, --subprocesses',
        'record the processes that it starts, too, into the same trace',
      ),
    )
    .addOption(
      optionWithDefault('--keep <time>', 'keep the last 10m, 1h …, delete older samples (default: keep all)'),
    )
    .addOption(
      optionWithDefault(
        '--max-size <size>',
        'keep file and log below 50MB, 1GB …, deleting the oldest samples (default: no limit)',
      ).argParser(parseSize),
    )
    .addOption(nativeOption())
    .addOption(samplerOption())
    .option('--stop', 'end the command when the recording ends (default: pyspy waits for it to exit)')
    .addOption(realtimeOption())
    .option('--mark-names <names>', 'names of the marks that SIGUSR1 makes (default: mark-1,mark-2 …)')
    .option('-f, --force', 'replace the trace if it exists');
  addGroup(command, 'Sending it to a server meanwhile, as "pyspy push" does:', (group) => {
    group
      .option('--push <url>', 'address of the server (default: nothing is sent)')
      .addOption(formatOption('--push-format <format>'));
    addCredentialOptions(addIdentityOptions(group));
  });
  command
    .addOption(hidden('--format <format>'))
    .addOption(hidden('-g, --gil'))
    .addOption(hidden('-i, --idle'))
    .addOption(hidden('-t, --threads'))
    .addOption(hidden('--nolineno'))
    .addOption(hidden('-F, --function'))
    .addOption(hidden('--full-filenames'))
    .addOption(hidden('--nonblocking'))
    .addOption(hidden('--hideprogress'))
    .passThroughOptions()
    .addHelpText(
      'after',
      `
The program is only read: never paused, never changed. A command that pyspy
starts keeps the terminal, gets the signals and runs on after --duration; its
exit status becomes that of pyspy. With -o profile.svg (or .json for speedscope,
.folded) the recording goes to profile.trace, and the picture is made of it at
the end.

Examples:
  pyspy record --pid 1234 -o run.trace --duration 30s
  pyspy record -o run.trace -- python program.py --its-own options
  pyspy record --all 'python.* manage' --budget 1% --keep 1h -o all.trace
  pyspy record --subprocesses -o run.trace -- gunicorn -w 4 app:app`,
    )
    .action((words: string[], options: RecordOptions) => record(words, options));
}

/** What py-spy's record has: it tells what to show, which is said to what shows a trace, or has no meaning here. */
function hidden(flags: string): Option {
  return new Option(flags).hideHelp();
}

async function record(command: string[], options: RecordOptions): Promise<void> {
  requireRecorder();
  const { pid, all } = options;
  const given = [pid, all, command[0]].filter((source) => source !== undefined);
  if (given.length !== 1)
    throw new PyspyError(
      'usage',
      given.length === 0
        ? 'record needs a process or a command'
        : 'record takes one of --pid, --all and a command',
      { hint: 'pyspy record --pid PID, pyspy record --all REGEX, or pyspy record -- python program.py' },
    );
  checkStop('record', options);
  const program = all === undefined ? (pid ?? command) : { which: parseExpression(all, '--all'), text: all };
  if (options.budget !== undefined && options.rate === 0)
    throw new PyspyError('usage', '--budget lowers a rate, and --rate max has none', {
      hint: 'Give the highest rate that is wanted: --rate 1000 --budget 1%.',
    });
  const view = chooseView(options.output, options);
  const plan = {
    stops: options.stop ?? false,
    path: view?.trace ?? options.output ?? null,
    view: view === null ? null : viewOf(view, options),
    force: options.force ?? false,
    isShown: true,
    rateHz: options.rate,
    budgetPct: options.budget ?? null,
    subprocesses: options.subprocesses ?? false,
    durationNs: parseLength('--duration', options.duration),
    realtime: options.realtime,
    native: options.native ?? false,
    sampler: chooseSampler(options),
    push: await preparePush(options),
    limits: {
      keepNs: parseLength('--keep', options.keep, shortestKeepNs),
      maxBytes: options.maxSize ?? null,
    },
    markNames: parseMarkNames(options.markNames),
  };
  const { recordAny } = await import('../run/record/record-any.js');
  await recordAny(program, plan);
}

/** Null where nothing is to be sent. */
async function preparePush(options: RecordOptions): Promise<RecordingPlan['push']> {
  const { push: to } = options;
  const request = readSendOptions(options);
  if (to === undefined) {
    const { service, labels, bearerFile, basicFile, caFile } = request;
    if ([service, labels[0], bearerFile, basicFile, caFile].some((given) => given != null))
      throw new PyspyError(
        'usage',
        '--service, --label, --bearer-file, --basic-file and --ca go with --push',
        {
          hint: 'Give the address of a server, too: --push http://HOST:PORT.',
        },
      );
    return null;
  }
  const { pushFormat: format = formatOfAddress(to) } = options;
  const { RecordedPush } = await import('../run/push/recorded-push.js');
  return new RecordedPush({
    ...request,
    to,
    format,
    samples: chooseSamples({}),
    everyNs: usualPieceNs(format),
  });
}

function viewOf({ kind, path, trace }: RecordView, options: ViewOptions): RecordedView {
  const { gil, idle, threads = false, nolineno = false } = options;
  const request = { kind, path, trace, samples: chooseSamples({ gil, idle }), threads, lines: !nolineno };
  return {
    path,
    make: async () => {
      // What draws is heavy, and not needed before.
      const { makeView } = await import('../run/record/recording-view.js');
      await makeView(request);
    },
  };
}
