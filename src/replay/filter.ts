/** Which samples count, and what they weigh. */
import { PyspyError } from '../errors.js';
import { type ProcessRow, status } from '../format/vocabulary.js';

export type Metric = 'wall' | 'cpu';

export const tornChoices = ['keep', 'omit', 'only'] as const;
export type TornChoice = (typeof tornChoices)[number];

export interface SampleFilter {
  /** The wall time or the CPU time that samples stand for. */
  readonly metric: Metric;
  /** Threads whose name at the time of the sample matches; null for all. */
  readonly thread: RegExp | null;
  /** Processes with this pid, or whose command line matches; null for all. */
  readonly process: number | RegExp | null;
  /** Only samples that held the GIL. */
  readonly gil: boolean;
  /** Only samples asleep in the wait for the GIL. */
  readonly gilWait: boolean;
  /** Only samples in garbage collection. */
  readonly collecting: boolean;
  /** Torn samples too, all but those, or nothing else. */
  readonly torn: TornChoice;
  /** Also samples of threads that were neither on a CPU nor waiting for one. */
  readonly idle: boolean;
  /** Which stacks count, and as what; null for all as they are. Applied where samples are summed up (RunningFold). */
  readonly stacks: StackFilter | null;
}

export interface StackFilter {
  /** Only stacks with a function or file on them that matches; null for all. */
  readonly focus: RegExp | null;
  /** No stacks with a function or file on them that matches; null for all. */
  readonly exclude: RegExp | null;
  /** Whether frames of the import machinery are left out: their time is their caller's. */
  readonly hideImportlib: boolean;
  /** Whether calls of a function by itself are one frame: the innermost. */
  readonly collapseRecursion: boolean;
}

/** What the user may say about it; the names of the command line's options. */
export interface FilterOptions {
  readonly thread?: string | undefined;
  readonly process?: string | undefined;
  readonly gil?: boolean | undefined;
  readonly gilWait?: boolean | undefined;
  readonly gc?: boolean | undefined;
  readonly torn?: TornChoice | undefined;
  readonly idle?: boolean | undefined;
  readonly cpu?: boolean | undefined;
  readonly focus?: string | undefined;
  readonly exclude?: string | undefined;
  readonly hideImportlib?: boolean | undefined;
  readonly collapseRecursion?: boolean | undefined;
}

/** @throws PyspyError of kind "usage" for an expression that is none */
export function createFilter(options: FilterOptions): SampleFilter {
  return {
    metric: options.cpu ? 'cpu' : 'wall',
    thread: options.thread === undefined ? null : parseThread(options.thread),
    process: options.process === undefined ? null : parseProcess(options.process),
    gil: options.gil ?? false,
    gilWait: options.gilWait ?? false,
    collecting: options.gc ?? false,
    torn: options.torn ?? 'keep',
    // Who waits is asleep.
    idle: (options.idle || options.gilWait) ?? false,
    stacks: createStackFilter(options),
  };
}

function createStackFilter(options: FilterOptions): StackFilter | null {
  const { focus, exclude, hideImportlib = false, collapseRecursion = false } = options;
  if (focus === undefined && exclude === undefined && !hideImportlib && !collapseRecursion) return null;
  return {
    focus: focus === undefined ? null : parseExpression(focus, '--focus'),
    exclude: exclude === undefined ? null : parseExpression(exclude, '--exclude'),
    hideImportlib,
    collapseRecursion,
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

/** Whether the filter lets a process through. */
export function wantsProcess({ process }: SampleFilter, { pid, command, executable }: ProcessRow): boolean {
  if (process === null) return true;
  if (typeof process === 'number') return pid === process;
  return process.test(command.length > 0 ? command.join(' ') : executable);
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

/** Neither on a CPU nor ready to be; a thread whose state is not known is not called idle. */
export function isIdle(bits: number): boolean {
  return (bits & (status.onCpu | status.stateUnknown)) === 0;
}

/** Whether the filter lets samples with these status bits through, idle or not; what is not known is not let through. */
export function wantsStatus({ gil, gilWait, collecting, torn }: SampleFilter, bits: number): boolean {
  if (torn !== 'keep' && ((bits & status.torn) !== 0) !== (torn === 'only')) return false;
  if (gil && (bits & (status.gil | status.gilUnknown)) !== status.gil) return false;
  if (gilWait && !(bits & status.gilWait)) return false;
  return !collecting || (bits & status.collecting) !== 0;
}
