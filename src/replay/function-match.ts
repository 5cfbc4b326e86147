/**
 * Which functions of two recordings are the same: by qualified name and by file as far as it does not depend on
 * where things are installed. Never by line: lines move with every edit.
 */
import type { CodeFunction } from '../format/stack-forest.js';
import { functionKey, functionName } from './code-name.js';
import type { CodePaths } from './code-path.js';

/** A function as both recordings know it. */
export interface MatchedFunction {
  /** Position in the list. */
  readonly index: number;
  readonly name: string;
  /** Relative file. */
  readonly file: string;
  readonly module: string;
}

export interface FunctionMatch {
  readonly functions: readonly MatchedFunction[];
  /** By `functionKey`, for each recording. */
  readonly ofA: ReadonlyMap<string, MatchedFunction>;
  readonly ofB: ReadonlyMap<string, MatchedFunction>;
  /** Whether classes were left out of names, because one recording does not have them (Python before 3.11). */
  readonly bareNames: boolean;
}

export interface MatchSide {
  readonly functions: Iterable<CodeFunction>;
  readonly paths: CodePaths;
}

/** Matches the functions of A with those of B; what only one of them has is in the list as well. */
export function matchFunctions(a: MatchSide, b: MatchSide): FunctionMatch {
  const listA = [...a.functions];
  const listB = [...b.functions];
  const bareNames = [...listA, ...listB].some((code) => code.qualname === null);
  const nameOf = (code: CodeFunction) =>
    bareNames ? functionName({ ...code, qualname: null }) : functionName(code);

  const functions: MatchedFunction[] = [];
  const byKey = new Map<string, MatchedFunction>();
  const intern = (key: string, name: string, file: string, module: string) => {
    let found = byKey.get(key);
    if (found === undefined) {
      found = { index: functions.length, name, file, module };
      functions.push(found);
      byKey.set(key, found);
    }
    return found;
  };
  const keysOf = (list: readonly CodeFunction[], paths: CodePaths) =>
    new Map(list.map((code) => [code, `${nameOf(code)}\0${paths.relative(code.file)}`]));
  const keysA = keysOf(listA, a.paths);
  const keysB = keysOf(listB, b.paths);
  const moved = matchMoved(new Set(keysA.values()), new Set(keysB.values()));
  const resolve = (list: readonly CodeFunction[], keys: Map<CodeFunction, string>, { paths }: MatchSide) =>
    new Map(
      list.map((code) => {
        const own = keys.get(code)!;
        const matched = intern(
          moved.get(own) ?? own,
          nameOf(code),
          paths.relative(code.file),
          paths.module(code.file),
        );
        return [functionKey(code), matched];
      }),
    );
  const ofA = resolve(listA, keysA, a);
  return { functions, ofA, ofB: resolve(listB, keysB, b), bareNames };
}

/** Functions with one name in files with one name: of so many none can be told from the others. */
const maxAlike = 50;

/**
 * Pairs keys that only one side has: the same name, and files of which one is the end of the other (a run that was
 * started from another directory of the same checkout). Only where that leaves no choice.
 * @returns A's key for B's
 */
function matchMoved(keysA: ReadonlySet<string>, keysB: ReadonlySet<string>): Map<string, string> {
  const lonely = (keys: ReadonlySet<string>, others: ReadonlySet<string>) => {
    const groups = new Map<string, string[]>();
    for (const key of keys) {
      if (others.has(key)) continue;
      const [name, file] = key.split('\0') as [string, string];
      const group = `${name}\0${file.slice(file.lastIndexOf('/') + 1)}`;
      const known = groups.get(group);
      if (known === undefined) groups.set(group, [key]);
      else known.push(key);
    }
    return groups;
  };
  const moved = new Map<string, string>();
  const ofB = lonely(keysB, keysA);
  for (const [group, fromA] of lonely(keysA, keysB)) {
    const fromB = ofB.get(group) ?? [];
    if (fromA.length > maxAlike || fromB.length > maxAlike) continue;
    const fits = (a: string, b: string) => isTail(a.slice(a.indexOf('\0') + 1), b.slice(b.indexOf('\0') + 1));
    for (const b of fromB) {
      const candidates = fromA.filter((a) => fits(a, b));
      if (candidates.length === 1 && fromB.filter((other) => fits(candidates[0]!, other)).length === 1)
        moved.set(b, candidates[0]!);
    }
  }
  return moved;
}

/** Whether one path is the end of the other; two absolute ones need two directories in common. */
function isTail(a: string, b: string): boolean {
  if (a.startsWith('/') && b.startsWith('/')) {
    const tail = (path: string) => path.split('/').slice(-3).join('/');
    return a.split('/').length > 3 && tail(a) === tail(b);
  }
  return `/${a}`.endsWith(`/${b}`) || `/${b}`.endsWith(`/${a}`);
}
