/**
 * The objects that the garbage collector knows, generation by generation: rings of PyGC_Head, each right in front of its
 * object (Include/internal/pycore_gc.h, 3.8 to 3.15). There is no other list of all objects.
 */
import { generationsPlace } from '../layouts/collector-rings.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';

/** Bytes of a PyGC_Head, of a generation (a head, threshold, count), and how many generations there are. */
const headBytes = 16;
const generationBytes = 24;
const generationCount = 3;

/** The lowest bits of both links are flags. */
const flagBits = 4;

const pageBytes = 4096;

/** Objects of a generation that are looked at. */
const maxObjects = 20_000_000;

/** @returns heads of the rings of all generations; null where they are not known */
export function findGenerations(
  peek: Peek,
  layout: Layout,
  runtime: number,
  interpreter: number,
): number[] | null {
  const { collector } = layout;
  const place = generationsPlace(layout);
  if (place === null || collector.kind === 'variable') return null;
  const collecting = (collector.kind === 'runtime' ? runtime : interpreter) + collector.collecting;
  const at = collecting - place.before;
  const first = place.kind === 'inside' ? at : (peek.pointer(at) ?? 0);
  const heads = Array.from({ length: generationCount }, (_, i) => first + i * generationBytes);
  return heads.every((head) => isRing(peek, head)) ? heads : null;
}

function isRing(peek: Peek, head: number): boolean {
  const next = linkAt(peek.view(head, headBytes), 0);
  return isAddress(next) && linkAt(peek.view(next, headBytes), 8) === head;
}

/**
 * Visits the objects of a ring.
 * @param visit gets address and type of each
 * @returns false if the ring could not be followed to its end: it changes just now, or is too long
 */
export function walkRing(
  peek: Peek,
  layout: Layout,
  head: number,
  visit: (object: number, type: number) => void,
): boolean {
  const wanted = headBytes + layout.object.type + 8;
  let node = linkAt(peek.view(head, headBytes), 0);
  // Objects that follow each other mostly lie on one page: it is read once for all of them.
  let page: DataView | null = null;
  let pageAt = 0;
  for (let count = 0; node !== head; count++) {
    if (!isAddress(node) || count >= maxObjects) return false;
    if (page === null || node < pageAt || node + wanted > pageAt + pageBytes) {
      pageAt = node - (node % pageBytes);
      page = node + wanted <= pageAt + pageBytes ? peek.view(pageAt, pageBytes) : null;
    }
    const view = page ?? peek.view(node, wanted);
    if (view === null) return false;
    const at = page === null ? 0 : node - pageAt;
    visit(node + headBytes, pointerAt(view, at + headBytes + layout.object.type));
    node = linkAt(view, at);
  }
  return true;
}

function linkAt(view: DataView | null, offset: number): number {
  if (view === null) return 0;
  const word = pointerAt(view, offset);
  return word - (word % flagBits);
}
