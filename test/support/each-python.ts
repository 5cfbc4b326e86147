/** Runs live tests against every interpreter that is found, and names the supported versions that are not. */
import { describe, test } from 'vitest';
import { findPythons, freeThreadedMinors, type Python, python2, supportedMinors } from './pythons.js';

const pythons = findPythons();
const usualMinors = [...supportedMinors, ...freeThreadedMinors];

/** What the version knows of functions: "Class.method" from 3.11. */
export function qualified(python: Python, qualname: string): string {
  return minorOf(python) >= 11 ? qualname : qualname.slice(qualname.lastIndexOf('.') + 1);
}

function minorOf(python: Python): number {
  return Number.parseInt(python.minor.split('.')[1]!, 10);
}

/** Tests that mostly wait run beside each other; their bodies are `scoped`. */
export function describeEachPythonAtOnce(
  name: string,
  tests: (python: Python) => void,
  minors: readonly string[] = usualMinors,
): void {
  describe.concurrent(name, () => forEachPython(tests, minors));
}

/** @param minors those of the supported versions that can run the test's program */
export function describeEachPython(
  name: string,
  tests: (python: Python) => void,
  minors: readonly string[] = usualMinors,
): void {
  describe(name, () => forEachPython(tests, minors));
}

/** Python 2 included, for which the tests need programs of its own. */
export function describeAnyPython(name: string, tests: (python: Python) => void): void {
  describeEachPython(name, tests, [python2, ...usualMinors]);
}

/** One version of each way in which stacks lie in memory: heap frames, 3.10's, _PyCFrame, and the table of offsets. */
export function describeSomePythons(name: string, tests: (python: Python) => void): void {
  describeEachPython(name, tests, ['3.6', '3.10', '3.12', '3.14']);
}

/** What only free-threaded builds have. */
export function describeFreeThreaded(name: string, tests: (python: Python) => void): void {
  describeEachPython(name, tests, freeThreadedMinors);
}

function forEachPython(tests: (python: Python) => void, minors: readonly string[]): void {
  for (const python of pythons)
    if (minors.includes(python.minor)) describe(`CPython ${python.title}`, () => tests(python));
  for (const minor of minors)
    if (!pythons.some((python) => python.minor === minor))
      test.skip(`CPython ${minor}: no interpreter of this version was found`, () => {});
}

/** For what does not depend on the version: the newest interpreter. */
export function describeOnePython(name: string, tests: (python: Python) => void): void {
  describeNewest(name, tests, () => true);
}

/** The same, for programs that start others of ours: interpreters that were named may see a root of their own. */
export function describePythonHere(name: string, tests: (python: Python) => void): void {
  describeNewest(name, tests, ({ title }) => !title.includes('PYSPY_TEST_PYTHONS'));
}

function describeNewest(
  name: string,
  tests: (python: Python) => void,
  isWanted: (python: Python) => boolean,
): void {
  const python = pythons.findLast(
    (found) =>
      !found.debug && (supportedMinors as readonly string[]).includes(found.minor) && isWanted(found),
  );
  if (python === undefined) {
    test.skip(`${name}: no interpreter was found`, () => {});
    return;
  }
  describe(`${name}, CPython ${python.title}`, () => tests(python));
}
