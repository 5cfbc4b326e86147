/** The formats of `diff`: which are asked for, and where they go. */
import { InvalidArgumentError } from 'commander';
import { PyspyError } from '../../errors.js';
import type { DiffFormat, ReportTarget } from '../../run/diff/reports.js';

export const diffFormats: readonly DiffFormat[] = ['text', 'json', 'markdown', 'junit', 'sarif', 'github'];

/** These two may share stdout: both are for the log of a job. */
const logFormats: readonly DiffFormat[] = ['text', 'github'];

/** "junit" or "junit=report.xml", once for each time it is given. @throws InvalidArgumentError, a usage error */
export function parseFormat(text: string, before: readonly ReportTarget[] = []): ReportTarget[] {
  const [name = '', ...rest] = text.split('=');
  const format = diffFormats.find((known) => known === name);
  const path = rest.join('=');
  if (format === undefined) throw new InvalidArgumentError(`It must be one of ${diffFormats.join(', ')}.`);
  if (rest.length > 0 && path === '') throw new InvalidArgumentError(`A file name must follow "${format}=".`);
  return [...before, { format, path: rest.length === 0 || path === '-' ? null : path }];
}

/** What --format, --json and -o ask for together. @throws PyspyError of kind "usage" where they contradict each other */
export function chooseTargets(options: {
  readonly format?: readonly ReportTarget[];
  readonly json?: boolean;
  readonly output?: string;
}): ReportTarget[] {
  const asked = [
    ...(options.format ?? []),
    ...(options.json ? [{ format: 'json', path: null } as const] : []),
  ];
  if (asked.length === 0) asked.push({ format: 'text', path: null });
  const { output } = options;
  const loose = asked.filter(({ path }) => path === null);
  if (output !== undefined && loose.length !== 1)
    throw new PyspyError(
      'usage',
      `-o is for one format without a file of its own, and there are ${loose.length}`,
      {
        hint: 'Name the files: --format junit=report.xml --format markdown=summary.md.',
      },
    );
  const targets = asked.map(({ format, path }) => ({
    format,
    path: path ?? (output === undefined || output === '-' ? null : output),
  }));
  const printed = targets.filter(({ path }) => path === null).map(({ format }) => format);
  const isLog = printed.every((format) => logFormats.includes(format));
  if (printed.length > 1 && !(isLog && new Set(printed).size === printed.length))
    throw new PyspyError('usage', `${printed.join(' and ')} cannot both go to stdout`, {
      hint: `Name a file for all but one: --format ${printed[1]}=FILE. Only text and github may share it.`,
    });
  return targets;
}
