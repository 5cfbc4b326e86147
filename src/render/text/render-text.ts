/** Every result that a terminal gets as text. */
import type { DumpResult } from '../../format/dump-result.js';
import type { VerifyResult } from '../../format/verify/verify.js';
import type { InfoResult } from '../../replay/answers/info.js';
import type { DiffResult } from '../../replay/diff/diff-result.js';
import { type DiffWords, renderDiff } from './diff.js';
import { type DumpedTrace, renderDump } from './dump.js';
import { type HeatAnswer, renderHeat } from './heat.js';
import { renderInfo } from './info.js';
import { type ProcessesResult, renderProcesses } from './process-table.js';
import { type QueryRows, renderQueryRows } from './query-rows.js';
import type { TextLayout } from './text-layout.js';
import { renderTop, type TopAnswer } from './top.js';
import { renderTree, type TreeAnswer } from './tree.js';
import { renderVerify } from './verify.js';

/** A result and what its text needs besides; `result` is what --json prints. */
export type TextResult =
  | ({ readonly kind: 'top' } & TopAnswer)
  | ({ readonly kind: 'tree' } & TreeAnswer)
  | ({ readonly kind: 'heat' } & HeatAnswer)
  | { readonly kind: 'info'; readonly file: string; readonly result: InfoResult }
  | { readonly kind: 'dump'; readonly trace: DumpedTrace | null; readonly result: DumpResult }
  | ({ readonly kind: 'diff'; readonly result: DiffResult } & DiffWords)
  | { readonly kind: 'verify'; readonly result: VerifyResult }
  | { readonly kind: 'processes'; readonly result: ProcessesResult }
  | { readonly kind: 'rows'; readonly result: QueryRows };

export function renderText(shown: TextResult, layout: TextLayout): string {
  switch (shown.kind) {
    case 'top':
      return renderTop(shown, layout);
    case 'tree':
      return renderTree(shown, layout);
    case 'heat':
      return renderHeat(shown, layout);
    case 'info':
      return renderInfo(shown.file, shown.result, layout);
    case 'dump':
      return renderDump(shown.trace, shown.result, layout);
    case 'diff':
      return renderDiff(shown.result, shown, layout);
    case 'verify':
      return renderVerify(shown.result, layout);
    case 'processes':
      return renderProcesses(shown.result, layout);
    case 'rows':
      return renderQueryRows(shown.result, layout);
  }
}
