/**
 * A comparison as JUnit XML, which most CI systems show: a test case for each function that was tested. It fits both
 * schemas in use, that of Jenkins' xUnit plugin (junit-10.xsd) and that of Ant (JUnit.xsd).
 */
import type { DiffResult, DiffRow } from '../../replay/diff/diff-result.js';
import { showText } from '../words/text.js';
import {
  describeMeasure,
  describeRule,
  describeRuns,
  describeTest,
  describeThreshold,
  type ReportOptions,
  secondsOf,
  verdictWords,
} from './comparison-words.js';
import { element, escapeXml } from './xml.js';

type Outcome = 'failure' | 'error' | 'skipped' | 'passed';

/** @param text the comparison as text, for the suite's output */
export function renderJunit(result: DiffResult, options: ReportOptions, text: string): string {
  const { b } = result;
  const rows = result.rows.filter(({ self, total }) => self !== null || total !== null);
  const cases = [
    overall(result, options),
    ...rows.map((row) => ({ outcome: outcomeOf(row, options), xml: caseOf(row, result, options) })),
  ];
  const count = (kind: Outcome) => cases.filter(({ outcome }) => outcome === kind).length;
  const suite = element(
    'testsuite',
    {
      name: 'pyspy diff',
      package: 'pyspy',
      id: 0,
      // Ant's schema wants no zone; it is UTC.
      timestamp: /^\d{4}-\d\d-\d\dT[\d:]{8}/.exec(b.started ?? '')?.[0] ?? '1970-01-01T00:00:00',
      hostname: showText(b.host) || 'localhost',
      tests: cases.length,
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
      time: b.total_s.toFixed(3),
    },
    `\n${[
      element('properties', {}, `\n${properties(result, options).join('\n')}\n`),
      ...cases.map(({ xml }) => xml),
      element('system-out', {}, escapeXml(text) || ' '),
      '<system-err/>',
    ].join('\n')}\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', {}, `\n${suite}\n`)}\n`;
}

function properties(result: DiffResult, options: ReportOptions): string[] {
  const pairs: [string, string][] = [
    ['verdict', result.verdict],
    ['reasons', result.reasons.join('; ')],
    ['measure', describeMeasure(result, options.filters)],
    ['rule', describeRule(result)],
    ['threshold', describeThreshold(result)],
    ...describeRuns(result).map((run): [string, string] => [
      `${run.label} (${run.label.startsWith('A') ? 'before' : 'after'})`,
      [
        run.file,
        run.command,
        `Python ${run.python}`,
        run.window,
        `${run.samples} at ${run.rate}`,
        run.total,
        run.work,
        run.doubts,
      ]
        .filter(Boolean)
        .join('; '),
    ]),
    ...result.notes.map((note, at): [string, string] => [`note ${at + 1}`, note]),
  ];
  return pairs.map(([name, value]) => element('property', { name, value }));
}

/** The comparison itself is a case: so a report is never empty, and a refusal has somewhere to stand. */
function overall(result: DiffResult, options: ReportOptions): { outcome: Outcome; xml: string } {
  const message = `${result.verdict}: ${result.reasons.join('; ')}`;
  const isWeak = result.counts.inconclusive > 0 || result.verdict === 'inconclusive';
  const outcome: Outcome =
    result.verdict === 'not-comparable' || (options.requirePower && isWeak)
      ? 'error'
      : result.verdict === 'inconclusive'
        ? 'skipped'
        : 'passed';
  return {
    outcome,
    xml: testCase({
      classname: 'pyspy diff',
      name: 'the comparison',
      seconds: 0,
      outcome,
      type: result.verdict,
      message,
    }),
  };
}

function outcomeOf({ verdict }: DiffRow, { requirePower }: ReportOptions): Outcome {
  if (verdict === 'regression') return 'failure';
  if (verdict === 'inconclusive') return requirePower ? 'error' : 'skipped';
  return 'passed';
}

function caseOf(row: DiffRow, result: DiffResult, options: ReportOptions): string {
  const parts = (['total', 'self'] as const).flatMap((measure) => {
    const test = row[measure];
    return test === null ? [] : [{ test, words: describeTest(test, measure, row.presence) }];
  });
  const telling = parts.find(({ test }) => test.verdict === row.verdict);
  return testCase({
    classname: showText(row.file) || '(no file)',
    name: showText(row.function) || '(no name)',
    seconds: secondsOf(result, result.b, row.b_pct),
    outcome: outcomeOf(row, options),
    type: telling === undefined ? row.verdict : verdictWords[telling.test.verdict],
    message: telling?.words ?? '',
    details: parts.map(({ words }) => words).join('\n'),
  });
}

interface TestCase {
  readonly classname: string;
  readonly name: string;
  /** What B spent there. */
  readonly seconds: number;
  readonly outcome: Outcome;
  readonly type: string;
  readonly message: string;
  readonly details?: string;
}

function testCase({ classname, name, seconds, outcome, type, message, details = '' }: TestCase): string {
  const attributes = { classname, name, time: Math.max(0, seconds).toFixed(3) };
  if (outcome === 'passed') return element('testcase', attributes);
  return element('testcase', attributes, element(outcome, { type, message }, escapeXml(details)));
}
