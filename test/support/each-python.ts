/** Runs live tests against every interpreter that is found, and names the supported versions that are not. */
import { describe, test } from 'vitest';
import { findPythons, type Python, python2, supportedMinors } from './pythons.js';

const all = findPythons();
const pythons = all.filter(({ minor }) => (supportedMinors as readonly string[]).includes(minor));

/** What the version knows of functions: "Class.method" from 3.11. */
export function qualified(python: Python, qualname: string): string {
  return minorOf(python) >= 11 ? qualname : qualname.slice(qualname.lastIndexOf('.') + 1);
}

function minorOf(python: Python): number {
  return Number(python.minor.split('.')[1]);
}

/** Tests that mostly wait run beside each other; their bodies are `scoped`. */
export function describeEachPythonAtOnce(name: string, tests: (python: Python) => void): void {
  describe.concurrent(name, () => forEachPython(tests));
}

export function describeEachPython(name: string, tests: (python: Python) => void): void {
  describe(name, () => forEachPython(tests));
}

/** Python 2 included, for which the tests need programs of its own. */
export function describeAnyPython(name: string, tests: (python: Python) => void): void {
  const supported = [python2, ...supportedMinors];
  const any = all.filter(({ minor }) => supported.includes(minor));
  describe(name, () => forEachPython(tests, any, supported));
}

/** One version of each way in which stacks lie in memory: heap frames, 3.10's, _PyCFrame, and the table of offsets. */
export function describeSomePythons(name: string, tests: (python: Python) => void): void {
  const minors = ['3.6', '3.10', '3.12', '3.14'];
  const some = pythons.filter(({ minor }) => minors.includes(minor));
  describe(name, () => forEachPython(tests, some, minors));
}

function forEachPython(
  tests: (python: Python) => void,
  found: readonly Python[] = pythons,
  minors: readonly string[] = supportedMinors,
): void {
  for (const python of found) describe(`CPython ${python.title}`, () => tests(python));
  for (const minor of minors)
    if (!found.some((python) => python.minor === minor))
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
