/** The formats of `diff`: which are asked for, where they go, and who writes them. */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reader.js';
import type { ReportOptions } from '../render/report/comparison-words.js';
import type { TextLayout } from '../render/report/text-report.js';
import { jsonText } from '../render/words/json.js';
import { type DiffResult, isTested } from '../replay/diff-result.js';

export const diffFormats = ['text', 'json', 'markdown', 'junit', 'sarif', 'github'] as const;
export type DiffFormat = (typeof diffFormats)[number];

/** One report that is asked for. */
export interface ReportTarget {
  readonly format: DiffFormat;
  /** Null for stdout. */
  readonly path: string | null;
}

/** Rows in what people read, without --limit; the others have all. */
export const defaultRows = 25;

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

/** A report's text; '' where a refused comparison leaves nothing to show. */
export async function renderReport(
  format: DiffFormat,
  full: DiffResult,
  options: ReportOptions & { readonly layout: TextLayout; readonly limit: number | undefined },
): Promise<string> {
  const isRefused = full.verdict === 'not-comparable';
  const limited = (rows: number | undefined): DiffResult =>
    rows === undefined || rows === 0 ? full : { ...full, rows: full.rows.slice(0, rows) };
  /** For people: tested rows first, and nothing but them unless all are asked for. */
  const readable = (): DiffResult =>
    options.limit === 0
      ? full
      : { ...full, rows: full.rows.filter(isTested).slice(0, options.limit ?? defaultRows) };
  const renderText = async (layout: TextLayout) => {
    if (isRefused) return '';
    const report = await import('../render/report/text-report.js');
    return report.renderText(readable(), options.filters, layout);
  };
  switch (format) {
    case 'text':
      return renderText(options.layout);
    case 'json':
      return `${jsonText(limited(options.limit), 2)}\n`;
    case 'markdown': {
      const { renderMarkdown } = await import('../render/report/markdown-report.js');
      return renderMarkdown(readable(), options);
    }
    case 'junit': {
      const { renderJunit } = await import('../render/report/junit-report.js');
      return renderJunit(limited(options.limit), options, await renderText({ width: 120, colour: false }));
    }
    case 'sarif': {
      const { renderSarif } = await import('../render/report/sarif-report.js');
      return renderSarif(limited(options.limit), options);
    }
    case 'github': {
      const { renderGithub } = await import('../render/report/github-report.js');
      return renderGithub(limited(options.limit), options);
    }
  }
}

/**
 * Finds a row's file: where we are, or where a run of B was started. Reports point to it only if it is there and
 * inside the checkout, since files of packages and of the standard library are called much the same.
 */
export function createLocator(b: readonly TraceReader[]): (file: string) => string | null {
  const root = process.env.GITHUB_WORKSPACE || process.cwd();
  const places = new Set([process.cwd(), ...b.flatMap((reader) => reader.processes().map(({ cwd }) => cwd))]);
  return (file) => {
    if (file === '' || file.includes('\0')) return null;
    for (const place of places) {
      if (!place) continue;
      const path = resolve(place, file);
      const inside = relative(root, path);
      if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside) && existsSync(path)) return inside;
    }
    return null;
  };
}
