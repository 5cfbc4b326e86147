import { describe, expect, it } from 'vitest';
import { Matches, parseSearch } from '../../../src/render/browser/search.js';
import { arrange } from '../../../src/render/drawing/arrangement.js';
import { layOut, wholeView } from '../../../src/render/drawing/boxes.js';
import { nameOf } from '../../../src/render/drawing/frames.js';
import { carriedBy, small } from '../pictures.js';
import { flameTree } from '../trees.js';

const tree = arrange(carriedBy(small), 'union');

/** Names of the frames that match, and their share in percent. */
function find(text: string): [names: string[], percent: number] {
  const matches = new Matches(tree, parseSearch(text));
  const boxes = layOut(tree, wholeView, 1000, 100).filter((box) => matches.has(box));
  return [boxes.map(({ node }) => nameOf(tree.frames, node)), Math.round(matches.share() * 100)];
}

describe('parseSearch', () => {
  it('minds capitals only where the expression has some', () => {
    expect(parseSearch('json').pattern?.flags).toBe('i');
    expect(parseSearch('JSONDecoder').pattern?.flags).toBe('');
    expect(parseSearch('\\Wjson\\D').pattern?.flags).toBe('i');
  });

  it('has no pattern for nothing, nor for what is no expression, and says what is wrong', () => {
    expect(parseSearch('')).toEqual({ text: '', pattern: undefined, problem: '' });
    const { text, pattern, problem } = parseSearch('(');
    expect([text, pattern]).toEqual(['(', undefined]);
    expect(problem).toMatch(/invalid regular expression/i);
  });
});

describe('Matches', () => {
  it('finds names, files and lines', () => {
    expect(find('^fast')).toEqual([['fast'], 30]);
    expect(find('app\\.py:10\\)')).toEqual([['slow'], 70]);
    expect(find('nothing')).toEqual([[], 0]);
  });

  it('counts what is within another match once', () => {
    expect(find('json/')).toEqual([['dumps', 'encode'], 40]);
    expect(find('fast|slow|encode')).toEqual([['slow', 'encode', 'fast'], 100]);
  });

  it('finds nothing where nothing is searched', () => {
    expect(find('')).toEqual([[], 0]);
    expect(find('(')).toEqual([[], 0]);
  });

  it('never finds the root', () => {
    expect(find('^all')).toEqual([[], 0]);
  });

  it('marks a box that gathers a match', () => {
    const thin = flameTree([
      { parent: -1, name: 'all', samples: 100_000 },
      ...Array.from({ length: 2000 }, (_, at) => ({ parent: 0, name: `f${at}`, samples: 1 })),
    ]);
    const crowded = arrange(carriedBy(thin), 'union');
    const [all, gathered] = layOut(crowded, wholeView, 1000, 100);
    const has = (text: string) => new Matches(crowded, parseSearch(text)).has(gathered!);
    expect(all!.to).toBe(-1);
    expect([has('f1999 '), has('f2000 '), has('')]).toEqual([true, false, false]);
  });
});
