/** What a list, tuple, set or dict holds: addresses of objects, a bounded number of them. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { type DictEntry, readDict, readString, readTypeName } from '../objects/objects.js';

/** Places of a set's or a dict's table that are looked at. */
const maxPlaces = 4096;

export interface Items<T> {
  readonly items: readonly T[];
  /** Whether there are more. */
  readonly cut: boolean;
}

export function readTuple(peek: Peek, layout: Layout, object: number, most: number): Items<number> | null {
  const { size, items } = layout.values.tuple;
  return readPointers(peek, object + size, object + items, most);
}

export function readList(peek: Peek, layout: Layout, object: number, most: number): Items<number> | null {
  const { size, items } = layout.values.list;
  const at = peek.pointer(object + items);
  return at === null ? null : readPointers(peek, object + size, at, most);
}

function readPointers(peek: Peek, sizeAt: number, itemsAt: number, most: number): Items<number> | null {
  const head = peek.view(sizeAt, 8);
  // Above are negative sizes: nothing has more items than addresses.
  const size = head === null ? Number.POSITIVE_INFINITY : pointerAt(head, 0);
  if (size > 2 ** 44) return null;
  const count = Math.min(size, most);
  const words = count === 0 ? null : peek.view(itemsAt, count * 8);
  if (count > 0 && words === null) return null;
  const items: number[] = [];
  for (let i = 0; i < count; i++) items.push(pointerAt(words!, i * 8));
  return { items, cut: size > count };
}

/** How much of a set is read: items, and places of its table. */
export interface SetLimits {
  readonly items: number;
  readonly places?: number;
}

export function readSet(
  peek: Peek,
  layout: Layout,
  object: number,
  { items: most, places: mostPlaces = maxPlaces }: SetLimits,
): Items<number> | null {
  const { used, mask, table, key, hash } = layout.values.set;
  const usedView = peek.view(object + used, 8);
  const maskView = peek.view(object + mask, 8);
  const at = peek.pointer(object + table);
  if (usedView === null || maskView === null || !at) return null;
  const size = pointerAt(maskView, 0) + 1;
  if (size > 2 ** 44 || size % 2 !== 0) return null;
  const places = Math.min(size, mostPlaces);
  const view = peek.view(at, places * 16);
  if (view === null) return null;
  const isDeleted = (place: number, item: number): boolean =>
    hash === null ? isDummy(peek, layout, item) : view.getBigInt64(place * 16 + hash, true) === -1n;
  const items: number[] = [];
  for (let i = 0; i < places && items.length < most; i++) {
    const item = pointerAt(view, i * 16 + key);
    if (isAddress(item) && !isDeleted(i, item)) items.push(item);
  }
  return { items, cut: pointerAt(usedView, 0) > items.length };
}

/** To 3.4 a deleted item keeps its hash. What stands there is a str of this content, in 3.4 an object of a type named so. */
function isDummy(peek: Peek, layout: Layout, item: number): boolean {
  return (
    readTypeName(peek, layout, item) === '<dummy key> type' ||
    readString(peek, layout, item) === '<dummy key>'
  );
}

export function readEntries(
  peek: Peek,
  layout: Layout,
  object: number,
  most: number,
): Items<DictEntry> | null {
  const used = peek.view(object + layout.values.dict.used, 8);
  const entries = readDict(peek, layout, object, maxPlaces);
  if (used === null || entries === null) return null;
  const items = entries.slice(0, most);
  return { items, cut: pointerAt(used, 0) > items.length };
}
