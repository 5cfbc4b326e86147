/** What of a comparison a page shows. */
import { basename } from 'node:path';
import type {
  ComparedSide,
  ComparedTree,
  ComparisonHead,
  ComparisonLine,
  ListedLines,
} from '../../render/drawing/comparison-data.js';
import { createDiffPacker, diffLegend } from '../../render/picture/diff-frames.js';
import { carriedLimits } from '../../render/picture/still.js';
import {
  describeMeasure,
  describeMore,
  describeRuns,
  nameChanges,
  type RunWords,
  verdictWords,
} from '../../render/report/comparison-words.js';
import {
  describeChange,
  describeColumns,
  describeNotes,
  describeVerdict,
  listLines,
} from '../../render/report/difference-lines.js';
import { renderComparison } from '../../render/view/comparison.js';
import { showText } from '../../render/words/text.js';
import { TextBudget } from '../../render/words/text-budget.js';
import { type DiffResult, isTested } from '../../replay/diff/diff-result.js';
import { describeDifference } from '../../replay/diff/diff-rows.js';
import { buildDiffTree } from '../../replay/diff/diff-tree.js';
import type { Decided, Sides } from './decided.js';
import { factorOf, findingsOf } from './findings.js';

/** Functions in each table of a page; those that were tested stand first, then those that changed most. */
const mostRows = 5_000;

/** UTF-16 units of names and files that a table has whole. */
const mostText = 500_000;

/** Longest sentence about a comparison. */
const longSentence = 4_000;

export interface DifferencePageOptions {
  /** Null for the names of both sides. */
  readonly title: string | null;
  /** Filters in force, in words. */
  readonly filters: readonly string[];
}

/**
 * Draws the page of a comparison that was made.
 * @param decided rows by total time, all of them
 * @returns HTML
 */
export function drawDifferencePage(
  { judged, result }: Pick<Decided, 'judged' | 'result'>,
  { a, b }: Pick<Sides, 'a' | 'b'>,
  { title, filters }: DifferencePageOptions,
): string {
  const bySelf = describeDifference(judged, { measure: 'self', limit: null, filter: null });
  const dark = diffLegend('dark');
  const sentence = (text: string) => showText(text, longSentence);
  const runs = describeRuns(result);
  const head: ComparisonHead = {
    title: showText(title ?? `${basename(a[0]!.path)} → ${basename(b[0]!.path)}`),
    sides: [sideOf('A', 'before', runs), sideOf('B', 'after', runs)],
    verdict: result.verdict,
    verdictText: sentence(describeVerdict(result, nameChanges(result))),
    listed: { total: listingOf(result, filters), self: listingOf(bySelf, filters) },
    about: [describeChange(result), describeColumns(result, true)].map(sentence),
    notes: describeNotes(result).map(sentence),
    trees: treesOf(judged, result),
    legend: diffLegend('light').map(({ look, text }, at) => ({ light: look, dark: dark[at]!.look, text })),
  };
  return renderComparison(head);
}

function sideOf(letter: 'A' | 'B', role: string, all: readonly RunWords[]): ComparedSide {
  const own = all.filter(({ label }) => label.startsWith(letter));
  return {
    ...{ letter, role },
    commands: [...new Set(own.map(({ command, python }) => `${command} (Python ${python})`))],
    runs: own.map(({ file, window, samples, rate, total, work, doubts }) => ({
      file,
      window,
      samples: `${samples} at ${rate}`,
      time: [total, ...(work === null ? [] : [work])].join(', '),
      doubts,
    })),
  };
}

function listingOf(all: DiffResult, filters: readonly string[]): ListedLines {
  // What was tested says most, and has little room.
  const rows = [...all.rows.filter(isTested), ...all.rows.filter((row) => !isTested(row))];
  const result = { ...all, rows: rows.slice(0, mostRows) };
  const budget = new TextBudget(mostText);
  const lines = listLines(result).map(
    ({ name, file, was, verdict, ...figures }): ComparisonLine => ({
      ...figures,
      name: budget.show(name),
      file: budget.show(file),
      was: was === null ? null : budget.show(was),
      verdict: verdict === null ? '' : verdictWords[verdict],
    }),
  );
  const whole = result.whole === null ? null : lines[0]!;
  return {
    about: showText(describeMeasure(all, filters), longSentence),
    whole,
    lines: whole === null ? lines : lines.slice(1),
    more: describeMore(result),
  };
}

function treesOf(judged: Decided['judged'], { a, b, q_limit }: DiffResult): ComparisonHead['trees'] {
  const factor = factorOf(judged);
  const findings = findingsOf(judged, q_limit);
  const pack = (inverted: boolean): ComparedTree | null => {
    const tree = buildDiffTree(judged.comparison, { inverted, factor });
    const packer = createDiffPacker(tree, {
      ...{ aSeconds: a.total_s, bSeconds: b.total_s / factor, findings },
    });
    return packer.total > 0 ? packer.pack(carriedLimits) : null;
  };
  const [plain, inverted] = [pack(false), pack(true)];
  return plain === null || inverted === null ? null : { plain, inverted };
}
