/** What a picture shows, read from its SVG as a browser would. */
import { JSDOM } from 'jsdom';
import { expect } from 'vitest';

/** Parses as strictly as a browser does, and fails on what is not well-formed. */
export function parse(svg: string): Document {
  const { DOMParser } = new JSDOM('').window;
  const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(document.querySelector('parsererror')).toBeNull();
  return document;
}

interface Drawn {
  readonly title: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fill: string;
  readonly ink: string;
}

export function framesOf(svg: string): Drawn[] {
  return [...parse(svg).querySelectorAll('.frame')].map((group) => {
    const rect = group.querySelector('rect')!;
    const number = (name: string) => Number(rect.getAttribute(name));
    return {
      title: group.querySelector('title')!.textContent ?? '',
      label: group.querySelector('text')?.textContent ?? '',
      x: number('x'),
      y: number('y'),
      width: number('width'),
      fill: rect.getAttribute('fill')!,
      ink: group.querySelector('text')?.getAttribute('fill') ?? '#000',
    };
  });
}

/** Every box lies over a box of the row nearer the root, and rows add up to no more than what carries them. */
export function expectNested(svg: string): void {
  const frames = framesOf(svg);
  const rows = [...new Set(frames.map(({ y }) => y))].sort((one, other) => other - one);
  for (const [at, y] of rows.entries()) {
    const row = frames.filter((frame) => frame.y === y).sort((one, other) => one.x - other.x);
    for (const [index, frame] of row.entries()) {
      const next = row[index + 1];
      if (next) expect(frame.x + frame.width).toBeLessThanOrEqual(next.x + 0.02);
      if (at === 0) continue;
      const under = frames.filter((other) => other.y === rows[at - 1]);
      const carried = under.some(
        (other) => other.x <= frame.x + 0.02 && frame.x + frame.width <= other.x + other.width + 0.02,
      );
      expect(carried, frame.title).toBe(true);
    }
  }
}
