/** Ends a test run with what was used, what was skipped and why, what failed, and one line of counts. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { findPythons, freeThreadedMinors, python2, supportedMinors } from './pythons.js';

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export.
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    const failed = errors.map((error) => `(between tests) ${firstLine(error)}`);
    const skipped: string[] = [];
    const again: string[] = [];
    for (const module of modules) {
      failed.push(
        ...module.errors().map((error) => `${module.relativeModuleId} (as a whole) ${firstLine(error)}`),
      );
      // What fails in beforeAll takes its tests with it, which then count as skipped.
      for (const suite of module.children.allSuites())
        failed.push(
          ...suite
            .errors()
            .map(
              (error) => `${module.relativeModuleId} > ${suite.fullName} (as a whole) ${firstLine(error)}`,
            ),
        );
      for (const test of module.children.allTests()) {
        const result = test.result();
        for (const off of test.meta().offFigures ?? []) again.push(`${test.fullName}\n    ${off}`);
        if (result.state === 'passed') passed++;
        else if (result.state === 'failed') failed.push(told(module, test));
        else
          skipped.push(
            [test.fullName, ...(result.state === 'skipped' && result.note ? [result.note] : [])].join(': '),
          );
      }
    }
    const pythons = findPythons();
    const supported: readonly string[] = [python2, ...supportedMinors, ...freeThreadedMinors];
    const missing = supported.filter((minor) => !pythons.some((python) => python.minor === minor));
    const titles = (isSupported: boolean): string =>
      pythons
        .filter((python) => isSupported === supported.includes(python.minor))
        .map((python) => python.title)
        .join(', ') || 'none';
    const lines = [
      `Interpreters used: ${titles(true)}`,
      `Interpreters found that are not supported: ${titles(false)}`,
      `Supported versions without an interpreter here: ${missing.join(', ') || 'none'}`,
      ...(skipped.length > 0 ? [`Skipped:\n${listed(skipped)}`] : []),
      ...(again.length > 0 ? [`Measured again, since a figure was off:\n${listed(again)}`] : []),
      // Last, so that the end of a log that was cut says it.
      ...(failed.length > 0 ? [`Failed:\n${listed(failed)}`] : []),
      `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

function listed(names: readonly string[]): string {
  return names.map((name) => `  ${name}`).join('\n');
}

/** The first line of what an error says, in the length of a line. */
function firstLine(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).split('\n', 1)[0]!.slice(0, 300);
}

/** A failed test in two lines: where it is, and the first of its errors. */
function told(module: TestModule, test: TestCase): string {
  const [error] = test.result().errors ?? [];
  const { relativeModuleId } = module;
  return `${relativeModuleId} > ${test.fullName}\n    ${firstLine(error ?? 'without an error')}`;
}
