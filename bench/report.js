/** A whole run as JSON, as text for a terminal, and as Markdown for docs/performance.md. */
import { goalTable } from './goals.js';
import { markdownTable, textTable } from './table.js';

/**
 * @typedef {object} Report
 * @property {ReturnType<typeof import('./machine.js').describeMachine>} machine
 * @property {boolean} quick
 * @property {string[]} parts those that ran
 * @property {number} seconds that the run took
 * @property {{ name: string, version: string }[]} profilers
 * @property {{ minor: string, version: string }[]} pythons
 * @property {string[]} missing what was not measured, and why
 * @property {import('./goals.js').Verdict[]} goals
 * @property {import('./table.js').Table[]} tables
 * @property {Readonly<Record<string, number>>} measures
 */

const begin = '<!-- figures: written by npm run bench -- --write-docs -->';
const end = '<!-- end of figures -->';

/** @param {Report} report */
export function reportText(report) {
  return [
    ...report.tables.map(textTable),
    textTable(goalTable(report.goals)),
    ...(report.missing.length === 0
      ? []
      : [['Not measured', ...report.missing.map((text) => `  ${text}`)].join('\n')]),
    summary(report),
  ].join('\n\n');
}

/** @param {Report} report */
function reportMarkdown(report) {
  return [
    summary(report),
    markdownTable(goalTable(report.goals)),
    ...report.tables.map(markdownTable),
    ...(report.missing.length === 0
      ? []
      : ['**Not measured**', report.missing.map((text) => `- ${text.replaceAll('\n', ' ')}`).join('\n')]),
  ].join('\n\n');
}

/**
 * A page with the figures of a report between its marks.
 * @param {string} page
 * @param {Report} report
 * @throws {Error} where the page has no marks
 */
export function withFigures(page, report) {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for figures: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${reportMarkdown(report)}\n\n${page.slice(to)}`;
}

/** @param {Report} report */
function summary({ machine, quick, parts, seconds, profilers, pythons }) {
  const isBusy = machine.load > machine.cpus / 2;
  const memory = Math.round(machine.memory_bytes / 2 ** 30);
  return [
    `${quick ? 'A quick run' : 'A run'} of ${parts.join(', ')} on ${machine.date.slice(0, 10)}, ${Math.round(seconds / 60)} minutes:`,
    `${machine.cpus} × ${machine.cpu}, ${memory} GiB, Linux ${machine.kernel}, Node ${machine.node}, load ${machine.load.toFixed(2)} before it;`,
    `${profilers.map(({ name, version }) => `${name} ${version}`).join(', ')};`,
    `CPython ${pythons.map(({ version }) => version).join(', ')}.`,
    ...(isBusy ? ['The machine was busy with other work: these figures say little.'] : []),
  ].join('\n');
}
