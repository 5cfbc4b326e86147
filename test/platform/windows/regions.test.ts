/** Stretches of memory as Windows tells them, as mappings. */
import { expect, test } from 'vitest';
import { mappingOf, parseRegion } from '../../../src/platform/windows/regions.js';

/** MEMORY_BASIC_INFORMATION. */
function tell(start: bigint, allocation: bigint, size: bigint, [state, protection, type]: number[]) {
  const view = new DataView(new ArrayBuffer(48));
  view.setBigUint64(0, start, true);
  view.setBigUint64(8, allocation, true);
  view.setBigUint64(24, size, true);
  for (const [i, value] of [state, protection, type].entries()) view.setUint32(32 + 4 * i, value!, true);
  return parseRegion(view);
}

const committed = 0x1000;
const [isPrivate, isImage] = [0x20000, 0x1000000];

test('a part of an image has its path, and lies where it does in the image', () => {
  const region = tell(0x7ff8_0000_3000n, 0x7ff8_0000_0000n, 0x2000n, [committed, 0x20, isImage]);
  expect(mappingOf(region, 'C:\\Python\\python313.dll')).toEqual({
    start: 0x7ff8_0000_3000,
    end: 0x7ff8_0000_5000,
    permissions: 'r-xp',
    fileOffset: 0x3000,
    device: '7ff800000000',
    inode: 1,
    path: 'C:\\Python\\python313.dll',
    deleted: false,
  });
});

test.each([
  [0x02, 'r--p'],
  [0x04, 'rw-p'],
  [0x08, 'rw-p'],
  [0x20, 'r-xp'],
  [0x40, 'rwxp'],
  // Not cached.
  [0x204, 'rw-p'],
])('protection %i', (protection, permissions) => {
  const region = tell(0x10000n, 0x10000n, 0x1000n, [committed, protection, isPrivate]);
  expect(mappingOf(region, 'C:\\x')).toMatchObject({ permissions, path: '', inode: 0, fileOffset: 0 });
});

test.each([
  ['reserved', 0x2000, 0x04],
  ['free', 0x10000, 0x01],
  ['closed', committed, 0x01],
  ['a guard at the end of a stack', committed, 0x104],
])('what is %s cannot be read', (_, state, protection) => {
  expect(mappingOf(tell(0x10000n, 0x10000n, 0x1000n, [state, protection, isPrivate]), '')).toBeNull();
});
