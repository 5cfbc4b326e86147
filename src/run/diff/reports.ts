/** The reports of `diff`, each in its format. */

import { nameChanges, type ReportOptions } from '../../render/report/comparison-words.js';
import { renderGithub } from '../../render/report/github-report.js';
import { renderJunit } from '../../render/report/junit-report.js';
import { renderMarkdown } from '../../render/report/markdown-report.js';
import { renderSarif } from '../../render/report/sarif-report.js';
import { renderText } from '../../render/text/render-text.js';
import type { TextLayout } from '../../render/text/text-layout.js';
import { jsonText } from '../../render/words/json.js';
import { type DiffResult, isTested } from '../../replay/diff/diff-result.js';

export type DiffFormat = 'text' | 'json' | 'markdown' | 'junit' | 'sarif' | 'github';

/** One report that is asked for. */
export interface ReportTarget {
  readonly format: DiffFormat;
  /** Null for stdout. */
  readonly path: string | null;
}

/** A report's text; '' where a refused comparison leaves nothing to show. */
export function renderReport(
  format: DiffFormat,
  full: DiffResult,
  asked: Omit<ReportOptions, 'changes'> & {
    readonly layout: TextLayout;
    readonly limit: number | undefined;
    readonly readableRows: number;
  },
): string {
  const options = { ...asked, changes: nameChanges(full) };
  const isRefused = full.verdict === 'not-comparable';
  const limited = (rows: number | undefined): DiffResult =>
    rows === undefined || rows === 0 ? full : { ...full, rows: full.rows.slice(0, rows) };
  /** For people: tested rows first, and nothing but them unless all are asked for. */
  const readable = (): DiffResult =>
    options.limit === 0
      ? full
      : { ...full, rows: full.rows.filter(isTested).slice(0, options.limit ?? options.readableRows) };
  const words = { filters: options.filters, changes: options.changes };
  const text = (layout: TextLayout) =>
    isRefused ? '' : renderText({ kind: 'diff', ...words, result: readable() }, layout);
  switch (format) {
    case 'text':
      return text(options.layout);
    case 'json':
      return `${jsonText(limited(options.limit), 2)}\n`;
    case 'markdown':
      return renderMarkdown(readable(), options);
    case 'junit':
      return renderJunit(limited(options.limit), options, text({ width: 120, colour: false }));
    case 'sarif':
      return renderSarif(limited(options.limit), options);
    case 'github':
      return renderGithub(limited(options.limit), options);
  }
}
