/** Where arrow keys lead. */
import type { Box } from '../drawing/boxes.js';

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/**
 * The box beside another one on the screen.
 * @returns its index; undefined at the edge
 */
export function neighbourOf(
  boxes: readonly Box[],
  current: number,
  direction: Direction,
  inverted: boolean,
): number | undefined {
  const box = boxes[current];
  if (!box) return undefined;
  if (direction === 'ArrowLeft' || direction === 'ArrowRight') {
    const row = [...boxes.keys()].filter((at) => boxes[at]!.row === box.row);
    row.sort((a, b) => boxes[a]!.x - boxes[b]!.x);
    return row[row.indexOf(current) + (direction === 'ArrowRight' ? 1 : -1)];
  }
  const away = (direction === 'ArrowUp') !== inverted;
  const row = box.row + (away ? 1 : -1);
  const middle = box.x + box.width / 2;
  // Away from the root to the heaviest child, towards it to the box underneath.
  const at = boxes.findIndex((other) =>
    other.row !== row
      ? false
      : away
        ? other.x >= box.x - 0.01 && other.x < box.x + box.width
        : other.x <= middle && middle <= other.x + other.width,
  );
  return at < 0 ? undefined : at;
}
