/**
 * Pairs functions whose files are called differently on two sides. A key is a function's name and its relative file,
 * with a zero between them. Only where the evidence leaves no choice.
 */

/** Functions with one name in files with one name, or files with one function: of so many none can be told. */
const maxAlike = 50;

/**
 * The same name, and files of which one is the end of the other: a run that was started from another directory of the
 * same checkout.
 * @returns B's key for A's
 */
export function pairMovedFiles(
  keysA: ReadonlySet<string>,
  keysB: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const lonely = (keys: ReadonlySet<string>, others: ReadonlySet<string>) =>
    groupBy(
      [...keys].filter((key) => !others.has(key)),
      (key) => {
        const file = fileOf(key);
        return `${nameOf(key)}\0${file.slice(file.lastIndexOf('/') + 1)}`;
      },
    );
  const moved = new Map<string, string>();
  const ofB = lonely(keysB, keysA);
  for (const [group, fromA] of lonely(keysA, keysB)) {
    const fromB = ofB.get(group) ?? [];
    if (fromA.length > maxAlike || fromB.length > maxAlike) continue;
    const fits = (a: string, b: string) => isTail(fileOf(a), fileOf(b));
    for (const a of fromA) {
      const candidates = fromB.filter((b) => fits(a, b));
      if (candidates.length === 1 && fromA.filter((other) => fits(other, candidates[0]!)).length === 1)
        moved.set(a, candidates[0]!);
    }
  }
  return moved;
}

/** So many functions must a file that went and one that came have in common. */
const leastInCommon = 2;
/** Names that many files have, which are no evidence. */
const common = /^(?:main|run|setup|test|wrapper|inner|.*<.*>|(?:.*\.)?__\w+__)$/;

/**
 * A file that only A has and one that only B has, with at least two telling function names in common, which are at least
 * half of those of either; and no other file fits as well.
 * @param paired A's keys that have a match already
 * @returns B's key for A's
 */
export function pairRenamedFiles(
  keysA: ReadonlySet<string>,
  keysB: ReadonlySet<string>,
  paired: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const pairedB = new Set(paired.values());
  const onlyIn = (
    keys: ReadonlySet<string>,
    others: ReadonlySet<string>,
    isPaired: (key: string) => boolean,
  ) => {
    const taken = new Set([...others].map(fileOf));
    for (const key of keys) if (isPaired(key)) taken.add(fileOf(key));
    const lone = [...keys].filter((key) => !taken.has(fileOf(key)));
    return new Map([...groupBy(lone, fileOf)].map(([file, own]) => [file, new Set(own.map(nameOf))]));
  };
  const filesA = onlyIn(keysA, keysB, (key) => paired.has(key));
  const filesB = onlyIn(keysB, keysA, (key) => pairedB.has(key));
  const telling = (names: ReadonlySet<string>) => [...names].filter((name) => !common.test(name));

  const withName = groupBy(
    [...filesB].flatMap(([file, names]) => telling(names).map((name) => `${name}\0${file}`)),
    nameOf,
  );
  const best = new Map<string, { file: string; score: number; tied: boolean }>();
  const offer = (file: string, other: string, score: number) => {
    const known = best.get(file);
    if (known === undefined || score > known.score) best.set(file, { file: other, score, tied: false });
    else if (score === known.score) known.tied = true;
  };
  for (const [fileA, names] of filesA) {
    const counts = new Map<string, number>();
    const own = telling(names);
    for (const name of own) {
      const found = withName.get(name) ?? [];
      if (found.length > maxAlike) continue;
      for (const key of found) counts.set(fileOf(key), (counts.get(fileOf(key)) ?? 0) + 1);
    }
    for (const [fileB, count] of counts) {
      const most = Math.max(own.length, telling(filesB.get(fileB)!).length);
      if (count < leastInCommon || 2 * count < most) continue;
      offer(`A${fileA}`, fileB, count / most);
      offer(`B${fileB}`, fileA, count / most);
    }
  }
  const renamed = new Map<string, string>();
  for (const [fileA, names] of filesA) {
    const forth = best.get(`A${fileA}`);
    const back = forth === undefined ? undefined : best.get(`B${forth.file}`);
    if (forth === undefined || back === undefined || forth.tied || back.tied || back.file !== fileA) continue;
    const theirs = filesB.get(forth.file)!;
    for (const name of names)
      if (theirs.has(name)) renamed.set(`${name}\0${fileA}`, `${name}\0${forth.file}`);
  }
  return renamed;
}

function nameOf(key: string): string {
  return key.slice(0, key.indexOf('\0'));
}

function fileOf(key: string): string {
  return key.slice(key.indexOf('\0') + 1);
}

function groupBy(keys: readonly string[], groupOf: (key: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const group = groupOf(key);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [key]);
    else known.push(key);
  }
  return groups;
}

/** Whether one path is the end of the other; two absolute ones need two directories in common. */
function isTail(a: string, b: string): boolean {
  if (a.startsWith('/') && b.startsWith('/')) {
    const tail = (path: string) => path.split('/').slice(-3).join('/');
    return a.split('/').length > 3 && tail(a) === tail(b);
  }
  return `/${a}`.endsWith(`/${b}`) || `/${b}`.endsWith(`/${a}`);
}
