/**
 * A comparison as workflow commands of GitHub Actions, which become annotations. Every line is one command, so that
 * nothing which a trace holds can be another (docs.github.com, "Workflow commands for GitHub Actions").
 */
import type { DiffResult } from '../../replay/diff/diff-result.js';
import { showText } from '../words/text.js';
import {
  describeMeasure,
  describeRule,
  describeRuns,
  describeTest,
  type Finding,
  listFindings,
  nameOfRow,
  type ReportOptions,
} from './comparison-words.js';

/** GitHub shows this many annotations of each kind for a step, and drops the others in silence. */
const mostOfKind = 10;

type Kind = 'error' | 'warning' | 'notice';

/** One line for each function that got slower or faster, and one for the whole. Errors only where the gate is shut. */
export function renderGithub(result: DiffResult, options: ReportOptions): string {
  const fails = result.verdict === 'not-comparable' || (options.gate && result.verdict === 'regression');
  const isWeak =
    options.requirePower && (result.counts.inconclusive > 0 || result.verdict === 'inconclusive');
  const summaryKind: Kind =
    fails || isWeak ? 'error' : result.verdict === 'inconclusive' ? 'warning' : 'notice';
  const slowerKind: Kind = options.gate ? 'error' : 'warning';
  const room = (kind: Kind) => mostOfKind - (kind === summaryKind ? 1 : 0);
  const [slower, faster] = [listFindings(result, 'regression'), listFindings(result, 'improvement')];
  const shown = { slower: slower.slice(0, room(slowerKind)), faster: faster.slice(0, room('notice')) };
  const left = slower.length + faster.length - shown.slower.length - shown.faster.length;
  const summary = [
    `${result.verdict}: ${result.reasons.join('; ')}.`,
    ...describeRuns(result).map(
      ({ label, file, command, python, window, samples, rate, total, work, doubts }) =>
        [
          `${label}: ${file}`,
          command,
          `Python ${python}`,
          window,
          `${samples} at ${rate}`,
          total,
          work,
          doubts,
        ]
          .filter(Boolean)
          .join(', '),
    ),
    describeMeasure(result, options.filters),
    describeRule(result),
    ...(left > 0
      ? [`${left} more that changed: GitHub shows ${mostOfKind} annotations of a kind for a step.`]
      : []),
    ...result.notes.map((note) => `Note: ${note}.`),
    ...(result.forced ? [`Forced: ${result.obstacles.map(({ text }) => text).join('; ')}.`] : []),
  ];
  const lines = [
    command(summaryKind, { title: `pyspy diff: ${result.verdict}` }, summary.join('\n')),
    ...shown.slower.map((finding) => annotation(slowerKind, 'slower', finding, options)),
    ...shown.faster.map((finding) => annotation('notice', 'faster', finding, options)),
  ];
  return lines.join('');
}

function annotation(
  kind: Kind,
  word: string,
  { row, test, measure }: Finding,
  { locate }: ReportOptions,
): string {
  const place = locate(row.file);
  const title = `${showText(row.function, 100)} is ${word}`;
  const properties = place === null ? { title } : { file: place, line: String(Math.max(1, row.line)), title };
  return command(kind, properties, `${nameOfRow(row)}: ${describeTest(test, measure, row.presence)}.`);
}

function command(kind: Kind, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${kind} ${list.join(',')}::${escapeData(message)}\n`;
}

/** As the runner undoes it (actions/runner, ActionCommand.cs). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
