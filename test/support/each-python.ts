/** Runs live tests against every interpreter that is found, and names the supported versions that are not. */
import { describe, test } from 'vitest';
import { findSupportedPythons, freeThreadedMinors, type Python, supportedMinors } from './pythons.js';

const pythons = findSupportedPythons();

/** What the version knows of functions: "Class.method" from 3.11. */
export function qualified(python: Python, qualname: string): string {
  return minorOf(python) >= 11 ? qualname : qualname.slice(qualname.lastIndexOf('.') + 1);
}

function minorOf(python: Python): number {
  return Number.parseInt(python.minor.split('.')[1]!, 10);
}

/** Tests that mostly wait run beside each other; their bodies are `scoped`. */
export function describeEachPythonAtOnce(name: string, tests: (python: Python) => void): void {
  describe.concurrent(name, () => forEachPython(tests));
}

export function describeEachPython(name: string, tests: (python: Python) => void): void {
  describe(name, () => forEachPython(tests));
}

/** What only free-threaded builds have. */
export function describeFreeThreaded(name: string, tests: (python: Python) => void): void {
  const builds = pythons.filter((python) => python.freeThreaded);
  describe(name, () => forEachPython(tests, builds, freeThreadedMinors));
}

function forEachPython(
  tests: (python: Python) => void,
  builds: readonly Python[] = pythons,
  minors: readonly string[] = [...supportedMinors, ...freeThreadedMinors],
): void {
  for (const python of builds) describe(`CPython ${python.title}`, () => tests(python));
  for (const minor of minors)
    if (!pythons.some((python) => python.minor === minor))
      test.skip(`CPython ${minor}: no interpreter of this version was found`, () => {});
}

/** For what does not depend on the version: the newest interpreter. */
export function describeOnePython(name: string, tests: (python: Python) => void): void {
  const python =
    pythons.findLast((candidate) => candidate.minor === supportedMinors.at(-1)) ?? pythons.at(-1);
  if (python === undefined) {
    test.skip(`${name}: no interpreter was found`, () => {});
    return;
  }
  describe(`${name}, CPython ${python.title}`, () => tests(python));
}
