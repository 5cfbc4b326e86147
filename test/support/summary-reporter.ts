/** Ends a test run with what was used, what was skipped and why, and one line of counts. */
import type { Reporter, TestModule } from 'vitest/node';
import { findPythons, freeThreadedMinors, python2, supportedMinors } from './pythons.js';

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export.
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped.push(test.fullName);
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
      ...(skipped.length > 0 ? [`Skipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`] : []),
      `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
