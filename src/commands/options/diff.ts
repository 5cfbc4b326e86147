/** How the options of `diff` are read: sides, thresholds, units of work. */
import { InvalidArgumentError } from 'commander';
import { PyspyError } from '../../errors.js';
import type { Basis } from '../../replay/diff/diff-result.js';
import type { ChosenBasis } from '../../replay/diff/whole-run.js';
import type { WindowOptions } from './common.js';

/** Windows of both sides, and of each. */
export interface SideWindows extends WindowOptions {
  readonly aFrom?: string;
  readonly aTo?: string;
  readonly bFrom?: string;
  readonly bTo?: string;
}

/** Units of work that each run of A and of B did. */
export type Work = readonly [number, number];

/** More runs than this on a side are taken for a mistake: each is open at once. */
const mostRuns = 64;

export interface SplitOptions {
  /** What stands for "--". */
  readonly separator: string;
  /** Whether one trace may be both, in two windows. */
  readonly hasWindows: boolean;
  /** Of the command. */
  readonly name: string;
}

/** Which traces are A and which are B. @throws PyspyError of kind "usage" */
export function splitSides(
  traces: readonly string[],
  { separator, hasWindows, name }: SplitOptions,
): { a: string[]; b: string[] } {
  const files = traces[0] === separator ? traces.slice(1) : traces;
  const at = files.indexOf(separator);
  const hint = `pyspy ${name} before.trace after.trace, or several of each: pyspy ${name} a1 a2 a3 -- b1 b2 b3.`;
  if (at < 0) {
    const [a, b, ...more] = files;
    if (a === undefined) throw new PyspyError('usage', `${name} needs two traces`, { hint });
    if (b === undefined && hasWindows) return { a: [a], b: [a] };
    if (b === undefined)
      throw new PyspyError('usage', `${name} needs two traces, or two windows of one`, {
        hint: `${hint} Windows: pyspy ${name} run.trace --a-to 50% --b-from 50%.`,
      });
    if (more.length > 0)
      throw new PyspyError('usage', `${files.length} traces, and nothing says which are A and which are B`, {
        hint: `Put -- between them: ${hint}`,
      });
    return { a: [a], b: [b] };
  }
  const [a, b] = [files.slice(0, at), files.slice(at + 1)];
  if (b.includes(separator) || a.length === 0 || b.length === 0)
    throw new PyspyError('usage', 'there must be one --, with traces before and after it', { hint });
  if (a.length > mostRuns || b.length > mostRuns)
    throw new PyspyError('usage', `more than ${mostRuns} traces on one side`, {
      hint: 'Give fewer; a dozen runs of each tell nearly as much.',
    });
  return { a, b };
}

/** "2" points, "5%" of A, "1,10%" the larger of both. @throws InvalidArgumentError, a usage error */
export function parseThreshold(text: string): { points: number; ofA: number } {
  const threshold = { points: 0, ofA: 0 };
  for (const part of text.split(',')) {
    const match = /^\s*(\d+(?:\.\d+)?)\s*(%|pp|points)?\s*$/.exec(part);
    const value = Number(match?.[1]);
    if (match === null || !(value <= 1_000))
      throw new InvalidArgumentError('It must be points ("2"), a share of A ("5%"), or both ("1,10%").');
    if (match[2] === '%') threshold.ofA = value / 100;
    else threshold.points = value;
  }
  return threshold;
}

/** "1000" for both, or "900,1000". @throws InvalidArgumentError, a usage error */
export function parseWork(text: string): Work {
  const units = text
    .split(',')
    .map((part) => (/^\s*\d+(?:\.\d+)?(?:e\d+)?\s*$/i.test(part) ? Number(part) : 0));
  const [a, b = a] = units;
  const isCount = (value: number | undefined): value is number =>
    value !== undefined && value > 0 && value < 1e18;
  if (units.length > 2 || !isCount(a) || !isCount(b))
    throw new InvalidArgumentError('It must be a number greater than 0, or two with a comma between them.');
  return [a, b];
}

const basisWords: Readonly<Record<Basis, string>> = { share: 'shares', wall: 'seconds', cpu: 'CPU seconds' };

/** What --metric, --work and --cpu say together; null where they leave it open. @throws PyspyError of kind "usage" */
export function basisOf({
  metric,
  work,
  cpu,
}: {
  readonly metric?: Basis | undefined;
  readonly work?: Work | undefined;
  readonly cpu?: boolean | undefined;
}): ChosenBasis | null {
  if (work !== undefined && metric === 'share')
    throw new PyspyError('usage', '--work compares seconds per unit of work, and --metric share does not', {
      hint: 'Leave out one of them; --metric cpu --work N compares CPU seconds per unit.',
    });
  if (metric === 'wall' && cpu)
    throw new PyspyError('usage', '--metric wall and --cpu exclude each other', {
      hint: 'Say --metric cpu for CPU seconds per second of wall time.',
    });
  const isPerRun = false;
  if (metric !== undefined)
    return { basis: metric, isPerRun, reason: `${basisWords[metric]}, as --metric says` };
  if (work === undefined) return null;
  const basis = cpu ? 'cpu' : 'wall';
  return { basis, isPerRun, reason: `${basisWords[basis]}, as --work says` };
}

/** Arguments for resolveWindow: the side's own options go before those of both. */
export function windowOf(
  options: SideWindows,
  side: 'a' | 'b',
): [string | undefined, string | undefined, { from: string; to: string }] {
  const [from, to] = side === 'a' ? [options.aFrom, options.aTo] : [options.bFrom, options.bTo];
  return [
    from ?? options.from,
    to ?? options.to,
    {
      from: from === undefined ? '--from' : `--${side}-from`,
      to: to === undefined ? '--to' : `--${side}-to`,
    },
  ];
}
