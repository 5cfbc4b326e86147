/**
 * A comparison as SARIF 2.1.0 (OASIS), for code scanning: a result for each function that got slower, and nothing for
 * the others, since scanners take every result for a problem.
 */
import { createHash } from 'node:crypto';
import type { DiffResult } from '../../replay/diff/diff-result.js';
import { jsonText } from '../words/json.js';
import { showText } from '../words/text.js';
import {
  describeMeasure,
  describeRule,
  describeRuns,
  describeTest,
  describeThreshold,
  type Finding,
  listFindings,
  nameOfRow,
  type ReportOptions,
} from './comparison-words.js';

const ruleId = 'slower-function';

/** Code scanning takes 5,000 results of a run at most. */
const mostResults = 5_000;

export function renderSarif(result: DiffResult, options: ReportOptions): string {
  const findings = listFindings(result, 'regression').slice(0, mostResults);
  const isRefused = result.verdict === 'not-comparable';
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'pyspy',
            semanticVersion: options.version,
            rules: [
              {
                id: ruleId,
                name: 'SlowerFunction',
                shortDescription: { text: 'A function takes more time than before.' },
                fullDescription: {
                  text: `${describeMeasure(result, options.filters)} ${describeRule(result)}`,
                },
                help: { text: 'docs/diff.md of pyspy explains the method and its limits.' },
                defaultConfiguration: { level: options.gate ? 'error' : 'warning' },
                properties: { tags: ['performance'] },
              },
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'Where the program is checked out.' } } },
        invocations: [
          {
            executionSuccessful: !isRefused,
            exitCode: options.status,
            toolExecutionNotifications: [
              ...(isRefused
                ? [{ level: 'error', message: { text: `not comparable: ${result.reasons.join('; ')}` } }]
                : []),
              ...result.notes.map((text) => ({ level: 'note', message: { text } })),
            ],
          },
        ],
        properties: {
          verdict: result.verdict,
          reasons: result.reasons,
          threshold: describeThreshold(result),
          measure: describeMeasure(result, options.filters),
          rule: describeRule(result),
          forced: result.forced,
          runs: describeRuns(result),
        },
        results: findings.map((finding) => resultOf(finding, options)),
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}

function resultOf({ row, test, measure }: Finding, { gate, locate }: ReportOptions): object {
  const file = locate(row.file) ?? row.file;
  return {
    ruleId,
    ruleIndex: 0,
    kind: 'fail',
    level: gate ? 'error' : 'warning',
    message: { text: `${nameOfRow(row)} is ${describeTest(test, measure, row.presence)}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' },
          region: { startLine: Math.max(1, row.line) },
        },
        logicalLocations: [{ fullyQualifiedName: showText(row.function), kind: 'function' }],
      },
    ],
    // The same alert while lines move and figures change.
    partialFingerprints: {
      'pyspyFunction/v1': createHash('sha256').update(`${row.file}\0${row.function}`).digest('hex'),
    },
    properties: {
      measure,
      a_pct: test.a_pct,
      b_pct: test.b_pct,
      delta_pct: test.delta_pct,
      ci_pct: test.ci_pct,
      q: test.q,
      threshold_pct: test.threshold_pct,
      mde_pct: test.mde_pct,
    },
  };
}

/** A relative reference (RFC 3986), whatever the file is called. */
function uriOf(file: string): string {
  const segments = showText(file).replace(/^\/+/, '').split('/');
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  return path === '' ? 'unknown' : path;
}
