/** Options that say which samples count, and the filter that is made of them. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../../errors.js';
import type { SampleFilter, StackFilter, TornChoice } from '../../replay/samples/sample-filter.js';
import type { ChosenSamples } from '../../run/replay/chosen-samples.js';
import { addGroup } from './common.js';
import { describeMine, minePathOption, ownRule } from './mine.js';

const tornChoices: readonly TornChoice[] = ['keep', 'omit', 'only'];

/** What the user may say, by the names of the options. */
export interface FilterOptions {
  readonly thread?: string | undefined;
  readonly process?: string | undefined;
  readonly gil?: boolean | undefined;
  readonly gilWait?: boolean | undefined;
  readonly waiting?: boolean | undefined;
  readonly gc?: boolean | undefined;
  readonly torn?: TornChoice | undefined;
  readonly idle?: boolean | undefined;
  readonly cpu?: boolean | undefined;
  readonly focus?: string | undefined;
  readonly exclude?: string | undefined;
  readonly hideImportlib?: boolean | undefined;
  readonly collapseRecursion?: boolean | undefined;
  readonly mine?: boolean | undefined;
  readonly minePath?: readonly string[] | undefined;
  readonly native?: NativeOption | undefined;
  readonly nativeAll?: boolean | undefined;
}

/** @throws PyspyError of kind "usage" for an expression that is none */
export function createFilter(options: FilterOptions): SampleFilter {
  return {
    metric: options.cpu ? 'cpu' : 'wall',
    thread: options.thread === undefined ? null : parseThread(options.thread),
    process: options.process === undefined ? null : parseProcess(options.process),
    gil: options.gil ?? false,
    gilWait: options.gilWait ?? false,
    waiting: options.waiting ?? false,
    collecting: options.gc ?? false,
    torn: options.torn ?? 'keep',
    // Who waits is asleep.
    idle: (options.idle || options.gilWait || options.waiting) ?? false,
    stacks: createStackFilter(options),
    native: options.nativeAll ? 'all' : options.native === false ? 'none' : 'usual',
  };
}

function createStackFilter(options: FilterOptions): StackFilter | null {
  const { focus, exclude, hideImportlib = false, collapseRecursion = false } = options;
  const mine = ownRule(options);
  const isAny = focus !== undefined || exclude !== undefined || hideImportlib || collapseRecursion;
  if (!isAny && mine === null) return null;
  return {
    focus: focus === undefined ? null : parseExpression(focus, '--focus'),
    exclude: exclude === undefined ? null : parseExpression(exclude, '--exclude'),
    hideImportlib,
    collapseRecursion,
    mine,
  };
}

/** Names of threads begin with capitals, and people do not type those: without one in it, case does not matter. */
function parseThread(text: string): RegExp {
  const expression = parseExpression(text, '--thread');
  return /\p{Lu}/u.test(text.replace(/\\./g, ''))
    ? expression
    : new RegExp(expression.source, `${expression.flags}i`);
}

function parseProcess(text: string): number | RegExp {
  return /^\d+$/.test(text) ? Number(text) : parseExpression(text, '--process');
}

/** @throws PyspyError of kind "usage" that quotes the option */
export function parseExpression(text: string, option: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    // Without the u flag more is accepted, such as a needless backslash.
  }
  try {
    return new RegExp(text);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
    throw new PyspyError('usage', `${option} is not a regular expression: ${reason}`, {
      hint: 'Put a backslash before signs that are meant literally, as in "\\(" or "\\[".',
    });
  }
}

/** --thread, --process, --gil, --gil-wait, --waiting, --gc, --torn, --idle and --cpu. */
export function addFilterOptions(command: Command): Command {
  return addGroup(command, 'Which samples count:', (group) =>
    group
      .option('--thread <regex>', 'only threads whose name at that time matches (default: all)')
      .option(
        '--process <which>',
        'only processes with this pid, or whose command matches this regex (default: all)',
      )
      .option('--gil', 'only samples that held the GIL')
      .option('--gil-wait', 'only samples that waited for the GIL')
      .option('--waiting', 'only samples that waited for a lock or the GIL')
      .option('--gc', 'only samples in garbage collection')
      .addOption(
        new Option(
          '--torn <which>',
          'torn samples, whose stack is not certain in part: with them, without, or alone (default: keep)',
        ).choices(tornChoices),
      )
      .option('--idle', 'idle threads too')
      .option('--cpu', 'weigh by CPU time instead of wall time'),
  );
}

/** --focus, --exclude, --hide-importlib, --collapse-recursion, --mine and --mine-path. */
export function addStackFilterOptions(command: Command): Command {
  return addGroup(command, 'Which stacks count, and as what:', (group) =>
    group
      .option('--focus <regex>', 'only stacks on which a function or file matches (default: all)')
      .option('--exclude <regex>', 'no stacks on which a function or file matches (default: none)')
      .option('--hide-importlib', "no frames of Python's import machinery; their time is their caller's")
      .option('--collapse-recursion', 'one frame for a function that calls itself')
      .option(
        '--mine',
        'only your own code: time in libraries counts for the last line of yours that called them (default: all)',
      )
      .addOption(minePathOption()),
  );
}

/**
 * What --no-native is where it is not given. It has to be a value of its own: commander would take `true`, which is --native of the
 * commands that record (recording-options.ts).
 */
const nativeAsRecorded = 'as recorded';

/** False for --no-native, true for --native. */
export type NativeOption = boolean | typeof nativeAsRecorded;

/** --native-all and --no-native. */
export function addNativeOptions(command: Command): Command {
  return addGroup(command, 'Which stacks count, and as what:', (group) =>
    group
      .option('--native-all', "of native frames the interpreter's own too (default: those are hidden)")
      .addOption(
        new Option('--no-native', "no native frames; their time is their Python caller's").default(
          nativeAsRecorded,
          'shown where they were recorded',
        ),
      ),
  );
}

/**
 * The filter that is asked for, and its words.
 * @throws PyspyError of kind "usage" for an expression that is none
 */
export function chooseSamples(options: FilterOptions): ChosenSamples {
  return {
    filter: createFilter(options),
    words: describeFilter(options),
    wordsButIdle: describeFilter({ ...options, idle: undefined }),
  };
}

/** The filters in force, in words for a heading; empty when there are none. */
function describeFilter(options: FilterOptions): string[] {
  return [
    ...(options.thread === undefined ? [] : [`threads matching /${options.thread}/`]),
    ...(options.process === undefined
      ? []
      : [
          /^\d+$/.test(options.process)
            ? `process ${options.process}`
            : `processes matching /${options.process}/`,
        ]),
    ...(options.gil ? ['holding the GIL'] : []),
    ...(options.gilWait ? ['waiting for the GIL'] : []),
    ...(options.waiting ? ['waiting for a lock or the GIL'] : []),
    ...(options.gc ? ['in garbage collection'] : []),
    ...(options.torn === 'omit' ? ['without torn samples'] : []),
    ...(options.torn === 'only' ? ['torn samples only'] : []),
    ...(options.idle ? ['idle threads included'] : []),
    ...(options.focus === undefined ? [] : [`stacks through /${options.focus}/`]),
    ...(options.exclude === undefined ? [] : [`no stacks through /${options.exclude}/`]),
    ...(options.hideImportlib ? ['importlib hidden'] : []),
    ...(options.collapseRecursion ? ['recursion collapsed'] : []),
    ...describeMine(options),
    ...(options.nativeAll ? ["the interpreter's own frames shown"] : []),
    ...(options.native === false ? ['native frames hidden'] : []),
  ];
}
