/**
 * Which functions of two sides are the same: by qualified name and by file as far as it does not depend on where
 * things are installed. Never by line: lines move with every edit.
 */

import type { CodeFunction } from '../../format/reading/stack-forest.js';
import { functionKind } from '../../format/vocabulary.js';
import { functionKey, functionName } from './code-name.js';
import type { CodePaths } from './code-path.js';
import { pairMovedFiles, pairRenamedFiles } from './file-match.js';

/**
 * What a match rests on: the same name and file; files of which one is the end of the other; or a file that went and
 * one that came, with the same functions in them.
 */
export type MatchEvidence = 'same' | 'moved' | 'renamed';

/** A function as both sides know it. */
export interface MatchedFunction {
  /** Position in the list. */
  readonly index: number;
  readonly name: string;
  /** Relative file and first line, those of B where B has the function. */
  readonly file: string;
  readonly line: number;
  readonly module: string;
  /** A's file where it is called otherwise. */
  readonly fileInA: string | null;
  readonly evidence: MatchEvidence;
}

export interface FunctionMatch {
  readonly functions: readonly MatchedFunction[];
  /** By `functionKey`, for each run of each side. */
  readonly ofA: readonly ReadonlyMap<string, MatchedFunction>[];
  readonly ofB: readonly ReadonlyMap<string, MatchedFunction>[];
  /** Whether classes were left out of names, because one recording does not have them (Python before 3.11). */
  readonly bareNames: boolean;
}

/** The functions of one run. */
export interface MatchRun {
  readonly functions: Iterable<CodeFunction>;
  readonly paths: CodePaths;
}

/** Matches the functions of A's runs with those of B's; what only one side has is in the list as well. */
export function matchFunctions(a: readonly MatchRun[], b: readonly MatchRun[]): FunctionMatch {
  const read = (runs: readonly MatchRun[]) =>
    runs.map(({ functions, paths }) => ({ codes: [...functions], paths }));
  const [runsA, runsB] = [read(a), read(b)];
  // Only Python's functions have classes: a marker such as <torn> never has such a name.
  const isBare = ({ kind, qualname }: CodeFunction) => kind === functionKind.python && qualname === null;
  const bareNames = [...runsA, ...runsB].some(({ codes }) => codes.some(isBare));
  const nameOf = (code: CodeFunction) =>
    bareNames ? functionName({ ...code, qualname: null }) : functionName(code);
  const keyOf = (code: CodeFunction, paths: CodePaths) => `${nameOf(code)}\0${paths.relative(code.file)}`;
  const keysOf = (runs: typeof runsA) =>
    new Set(runs.flatMap(({ codes, paths }) => codes.map((code) => keyOf(code, paths))));
  const [keysA, keysB] = [keysOf(runsA), keysOf(runsB)];
  const moved = pairMovedFiles(keysA, keysB);
  const renamed = pairRenamedFiles(keysA, keysB, moved);

  const functions: MatchedFunction[] = [];
  const byKey = new Map<string, number>();
  const resolve = (runs: typeof runsA, isA: boolean) =>
    runs.map(({ codes, paths }) => {
      const matched = new Map<string, number>();
      for (const code of codes) {
        const own = keyOf(code, paths);
        const other = isA ? (moved.get(own) ?? renamed.get(own)) : undefined;
        const key = other ?? own;
        let index = byKey.get(key);
        if (index === undefined) {
          index = functions.length;
          const [file, module] = [paths.relative(code.file), paths.module(code.file)];
          const line = code.firstLine;
          functions.push({ index, name: nameOf(code), file, line, module, fileInA: null, evidence: 'same' });
          byKey.set(key, index);
        } else if (other !== undefined) {
          const evidence = moved.has(own) ? 'moved' : 'renamed';
          functions[index] = { ...functions[index]!, fileInA: paths.relative(code.file), evidence };
        }
        matched.set(functionKey(code), index);
      }
      return matched;
    });
  // B first: what both have is shown as it is called now.
  const indexesB = resolve(runsB, false);
  const indexesA = resolve(runsA, true);
  const finish = (maps: readonly ReadonlyMap<string, number>[]) =>
    maps.map((map) => new Map([...map].map(([key, index]) => [key, functions[index]!])));
  return { functions, ofA: finish(indexesA), ofB: finish(indexesB), bareNames };
}
