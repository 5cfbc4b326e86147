/** `pyspy push FILE --to URL`: a recording for a server that collects profiles, or keeps files. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  formatOfAddress,
  type PushFormat,
  pushFormatNames,
  pushFormatRow,
} from '../run/server/push-formats.js';
import { addExamples, addFormatList, addGroup, parseCount } from './options/common.js';
import {
  addFilterOptions,
  addNativeOptions,
  addStackFilterOptions,
  chooseSamples,
  type FilterOptions,
} from './options/filter.js';
import {
  addCredentialOptions,
  addIdentityOptions,
  formatOption,
  readSendOptions,
  type SendOptions,
  usualPieceNs,
} from './options/push-options.js';
import { parseLength } from './options/recording-options.js';

interface PushOptions extends FilterOptions, SendOptions {
  readonly from?: string;
  readonly until?: string;
  readonly to: string;
  readonly format?: PushFormat;
  readonly every?: string;
  readonly resume?: boolean;
  readonly follow?: boolean;
  readonly retries: number;
  readonly timeout: number;
}

export function registerPush(program: Command): void {
  const command = program
    .command('push')
    .description('send a recording to a server: Pyroscope, an OpenTelemetry collector, an object store')
    .argument('<file>', 'trace, written by "pyspy record"')
    .requiredOption('--to <url>', 'address of the server, http:// or https://')
    .addOption(formatOption('-f, --format <format>'))
    .option('--every <time>', 'length of a piece, at least 1s (default: 10s; put: all in one, or 10m)')
    .option('--resume', 'go on where the last push to this address stopped')
    .option('--follow', 'the same, until the recording has ended');
  addGroup(command, 'Whose it is:', (group) => void addIdentityOptions(group));
  addGroup(command, 'The connection:', (group) => {
    addCredentialOptions(group)
      .option('--retries <count>', 'further attempts while it is away or busy', parseCount, 5)
      .option('--timeout <seconds>', 'longest wait for an answer', parseSeconds, 30);
  });
  // --to is taken.
  addGroup(command, 'Time window:', (group) => {
    group
      .option('--from <time>', 'begin here: 10s, 50%, T14:03:22, a mark (default: beginning)')
      .option('--until <time>', 'end just before here; same forms (default: end)');
  });
  addFormatList(
    command,
    'Formats, and what takes them',
    pushFormatNames,
    (name) => pushFormatRow(name).about,
  );
  addExamples(
    command,
    'pyspy push run.trace --to http://localhost:4040 --service shop',
    'pyspy push run.trace --to http://localhost:4318 -f otlp --follow',
    'pyspy push run.trace --to https://store.example/traces/ -f put',
  );
  addNativeOptions(addStackFilterOptions(addFilterOptions(command))).action(
    (file: string, options: PushOptions) => push(file, options),
  );
}

async function push(file: string, options: PushOptions): Promise<void> {
  const { to, format = formatOfAddress(to), resume = false, follow = false, retries, timeout } = options;
  const samples = chooseSamples(options);
  const everyNs = parseLength('--every', options.every, 1e9);
  // A trace that is complete is one file; one that grows has no end to wait for.
  const isWhole = format === 'put' && !follow;
  const { runPush } = await import('../run/push/push.js');
  await runPush({
    ...readSendOptions(options),
    ...{ file, to, format, samples, retries },
    window: { from: options.from, to: options.until },
    everyNs: everyNs ?? (isWhole ? null : usualPieceNs(format)),
    resumes: resume,
    follows: follow,
    timeoutMs: timeout * 1_000,
  });
}

/** @throws InvalidArgumentError, a usage error */
function parseSeconds(text: string): number {
  const value = parseCount(text);
  if (value < 1 || value > 3_600) throw new InvalidArgumentError('It must be 1 to 3600 seconds.');
  return value;
}
