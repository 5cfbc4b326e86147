/**
 * What a run of test/live/matrix.test.ts found, as it is kept in docs/supported-pythons.json, and the table of it in
 * docs/versions.md. Nothing of the machine is in it but which interpreters it had.
 */
import { fileURLToPath } from 'node:url';
import type { Build } from './builds.js';

/** What is checked of each interpreter, in the order of the table's columns. */
export const checks = [
  'threads',
  'functions',
  'lines',
  'depth',
  'thread names',
  'state',
  'identifiers in three scripts',
  'paths in three scripts',
  'thread names in three scripts',
] as const;
export type Check = (typeof checks)[number];
export type Verdict = 'passed' | 'failed' | 'not applicable';

export interface VersionRun
  extends Pick<Build, 'linkage' | 'stripped' | 'pie' | 'freeThreaded' | 'debug' | 'jit' | 'compiler'> {
  /** "3.12.1" */
  readonly version: string;
  /** "pyenv", "PATH", or the last part of a launcher's name. */
  readonly from: string;
  readonly checks: Partial<Record<Check, Verdict>>;
}

export interface VersionRecord {
  readonly platform: string;
  readonly runs: readonly VersionRun[];
}

export const recordFile = fileURLToPath(new URL('../../docs/supported-pythons.json', import.meta.url));

/** One run a line, so that a change is seen in a diff. */
export function formatRecord({ platform, runs }: VersionRecord): string {
  const lines = runs.map((run) => `    ${JSON.stringify(run)}`);
  return `{\n  "platform": ${JSON.stringify(platform)},\n  "runs": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** @param minors versions that have a row: those without a run are named */
export function formatTable({ platform, runs }: VersionRecord, minors: readonly string[]): string {
  const rows = runs.map((run) => [run.version, run.from, describeBuild(run), run.compiler, summarise(run)]);
  const head = ['CPython', 'from', 'build', 'compiler', 'checks'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const notRun = minors.filter((minor) => !runs.some(({ version }) => version.startsWith(`${minor}.`)));
  return [
    `Run on ${platform}, against what each interpreter says of itself:`,
    `${checks.slice(0, 6).join(', ')},`,
    `${checks.slice(6).join(', ')}.`,
    '',
    line(head),
    rule,
    ...rows.map(line),
    '',
    `Read, not run: ${notRun.length === 0 ? 'none' : notRun.join(', ')}.`,
  ].join('\n');
}

function describeBuild(run: VersionRun): string {
  return [
    run.linkage,
    run.pie ? 'PIE' : 'not PIE',
    ...(run.stripped ? ['stripped'] : []),
    ...(run.freeThreaded ? ['free-threaded'] : []),
    ...(run.debug ? ['debug'] : []),
    ...(run.jit === 'none' ? [] : [`JIT ${run.jit}`]),
  ].join(', ');
}

function summarise(run: VersionRun): string {
  const those = (verdict: Verdict): Check[] => checks.filter((check) => run.checks[check] === verdict);
  const missing = checks.filter((check) => run.checks[check] === undefined);
  const failed = [...those('failed'), ...missing];
  if (failed.length > 0) return `failed: ${failed.join(', ')}`;
  const none = those('not applicable');
  return none.length === 0 ? 'all passed' : `all passed; not applicable: ${none.join(', ')}`;
}
