import { expect, it } from 'vitest';
import { type Direction, neighbourOf } from '../../../src/render/browser/neighbour.js';
import { arrange } from '../../../src/render/drawing/arrangement.js';
import { layOut, wholeView } from '../../../src/render/drawing/boxes.js';
import { nameOf } from '../../../src/render/drawing/frames.js';
import { carriedBy, small } from '../pictures.js';

const tree = arrange(carriedBy(small), 'union');
const boxes = layOut(tree, wholeView, 1000, 100);
const names = boxes.map(({ node }) => nameOf(tree.frames, node));

function from(name: string, direction: Direction, inverted = false): string | undefined {
  const at = neighbourOf(boxes, names.indexOf(name), direction, inverted);
  return at === undefined ? undefined : names[at];
}

it('goes away from the root to the heaviest child, and back to what carries it', () => {
  expect(from('main', 'ArrowUp')).toBe('slow');
  expect(from('slow', 'ArrowUp')).toBe('dumps');
  expect(from('encode', 'ArrowUp')).toBeUndefined();
  expect(from('fast', 'ArrowUp')).toBeUndefined();
  expect(from('fast', 'ArrowDown')).toBe('main');
  expect(from('all', 'ArrowDown')).toBeUndefined();
});

it('does so downwards where the root is on top', () => {
  expect(from('main', 'ArrowDown', true)).toBe('slow');
  expect(from('fast', 'ArrowUp', true)).toBe('main');
});

it('goes along a row, to its ends', () => {
  expect(from('slow', 'ArrowRight')).toBe('fast');
  expect(from('fast', 'ArrowLeft')).toBe('slow');
  expect(from('fast', 'ArrowRight')).toBeUndefined();
  expect(from('slow', 'ArrowLeft')).toBeUndefined();
});

it('goes nowhere from no box', () => {
  expect(neighbourOf([], 0, 'ArrowUp', false)).toBeUndefined();
});
