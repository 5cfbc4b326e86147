/** Which functions are taken for the same in two checkouts, and on what evidence. */
import { describe, expect, test } from 'vitest';
import { CodePaths } from '../../../src/replay/names/code-path.js';
import { matchFunctions } from '../../../src/replay/names/function-match.js';

const run = (...codes: string[]) => ({
  functions: codes.map((code, id) => {
    const [name, file, line] = code.split(' ') as [string, string, string | undefined];
    return { id, kind: 0, name, qualname: name, file, firstLine: Number(line ?? 1) };
  }),
  paths: new CodePaths([]),
});

const matched = (a: ReturnType<typeof run>, b: ReturnType<typeof run>) =>
  matchFunctions([a], [b])
    .functions.filter(({ evidence }) => evidence !== 'same')
    .map(({ name, fileInA, file, evidence }) => `${evidence} ${name} ${fileInA} ${file}`);

describe('functions match', () => {
  test('whatever their lines, and are called as B calls them', () => {
    const { functions } = matchFunctions([run('work app.py 10')], [run('work app.py 99')]);
    expect(functions).toMatchObject([{ name: 'work', file: 'app.py', line: 99, fileInA: null }]);
  });

  test('by their classes, unless Python does not know them; a marker never has one', () => {
    const code = { id: 1, name: 'get', file: 'app.py', firstLine: 1 };
    const sides = (kind: number) => [
      {
        functions: [
          { ...code, kind: 0, qualname: 'Cache.get' },
          { ...code, id: 2, kind, name: '<torn>', qualname: null },
        ],
        paths: new CodePaths([]),
      },
    ];
    const withMarker = matchFunctions(sides(4), sides(4));
    expect(withMarker).toMatchObject({
      bareNames: false,
      functions: [{ name: 'Cache.get' }, { name: '<torn>' }],
    });
    expect(matchFunctions(sides(0), sides(0))).toMatchObject({
      bareNames: true,
      functions: [{ name: 'get' }, {}],
    });
  });

  test('in files of which one is the end of the other', () => {
    expect(matched(run('work pkg/app.py'), run('work app.py'))).toEqual(['moved work pkg/app.py app.py']);
    expect(matched(run('work a/app.py', 'work b/app.py'), run('work app.py'))).toEqual([]);
  });

  test('in a renamed file that has the same functions', () => {
    const a = run('parse old.py', 'emit old.py', '<module> old.py', 'gone old.py', 'other keep.py');
    const b = run('parse new.py', 'emit new.py', '<module> new.py', 'other keep.py');
    expect(matched(a, b).sort()).toEqual([
      'renamed <module> old.py new.py',
      'renamed emit old.py new.py',
      'renamed parse old.py new.py',
    ]);
  });

  test('but not where the evidence is thin', () => {
    // One name in common, names that all files have, a file that is still there, and two that fit as well.
    expect(matched(run('parse old.py', 'emit old.py'), run('parse new.py', 'draw new.py'))).toEqual([]);
    expect(matched(run('main old.py', '__init__ old.py'), run('main new.py', '__init__ new.py'))).toEqual([]);
    expect(
      matched(run('parse x.py', 'emit x.py', 'stay x.py'), run('parse y.py', 'emit y.py', 'stay x.py')),
    ).toEqual([]);
    const twins = run('parse y.py', 'emit y.py', 'parse z.py', 'emit z.py');
    expect(matched(run('parse x.py', 'emit x.py'), twins)).toEqual([]);
  });

  test('across the checkouts of several runs', () => {
    const match = matchFunctions(
      [run('work app.py'), run('work app.py 5', 'more app.py')],
      [run('work app.py')],
    );
    expect(match.functions).toHaveLength(2);
    expect(match.ofA).toHaveLength(2);
  });
});
