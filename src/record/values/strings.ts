/** Text and bytes of the target, for values: cut at a length, lone surrogates kept, written as Python would. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { textShape } from '../objects/objects.js';
import { quotedBytes, quotedText } from './literals.js';

/** No object is longer than the address space; such a number is not a length. */
const maxLength = 2 ** 46;

/** A str (unicode in 2.7), with "…" behind it where it was cut; null if it is not readable. */
export function readQuotedText(peek: Peek, layout: Layout, object: number, most: number): string | null {
  const { literals } = layout.values;
  const found =
    literals === 'python2' ? readWide(peek, layout, object, most) : readPoints(peek, layout, object, most);
  if (found === null) return null;
  const text = quotedText(found.points, literals === 'python2');
  return `${literals === 'python2' ? 'u' : ''}${text}${found.cut ? '…' : ''}`;
}

interface Points {
  readonly points: number[];
  readonly cut: boolean;
}

/** Include/cpython/unicodeobject.h; an instance of a subclass keeps its characters elsewhere. */
function readPoints(peek: Peek, layout: Layout, object: number, most: number): Points | null {
  const { length: lengthAt, state: stateAt, asciiSize, compactSize } = layout.unicode;
  const head = peek.view(object + lengthAt, 8);
  const state = peek.u32(object + stateAt);
  const length = head === null ? maxLength + 1 : pointerAt(head, 0);
  if (state === null || length > maxLength) return null;
  const { width, isCompact, isAscii } = textShape(layout, state);
  if ((width !== 1 && width !== 2 && width !== 4) || (isAscii && width !== 1)) return null;
  const at = isCompact ? object + (isAscii ? asciiSize : compactSize) : peek.pointer(object + compactSize);
  if (!at) return null;
  const shown = Math.min(length, most);
  const data = peek.view(at, shown * width);
  return data && { points: pointsOf(data, shown, width), cut: shown < length };
}

function pointsOf(data: DataView, count: number, width: 1 | 2 | 4): number[] {
  const points: number[] = [];
  for (let i = 0; i < count; i++)
    points.push(
      width === 1
        ? data.getUint8(i)
        : width === 2
          ? data.getUint16(i * 2, true)
          : data.getUint32(i * 4, true),
    );
  return points;
}

/**
 * Python 2's unicode has 2 or 4 bytes a character, as the interpreter was built. Four it is if what so reads is
 * characters up to the final zero.
 */
function readWide(peek: Peek, layout: Layout, object: number, most: number): Points | null {
  const head = peek.view(object + layout.values.head, 16);
  const length = head === null ? maxLength + 1 : pointerAt(head, 0);
  const at = head === null ? 0 : pointerAt(head, 8);
  if (length > maxLength || !isAddress(at)) return null;
  const shown = Math.min(length, most);
  const cut = shown < length;
  const wide = peek.view(at, (shown + 1) * 4);
  if (wide !== null) {
    const points = pointsOf(wide, shown, 4);
    if (points.every((point) => point <= 0x10ffff) && (cut || wide.getUint32(shown * 4, true) === 0))
      return { points, cut };
  }
  const narrow = peek.view(at, shown * 2);
  if (narrow === null) return null;
  // Pairs of surrogates are one character.
  const units = pointsOf(narrow, shown, 2);
  let text = '';
  for (const unit of units) text += String.fromCharCode(unit);
  return { points: Array.from(text, (character) => character.codePointAt(0)!), cut };
}

/** A bytes object (str in 2.7); null if it is not readable. */
export function readQuotedBytes(peek: Peek, layout: Layout, object: number, most: number): string | null {
  const text = readCut(peek, object + layout.bytes.length, object + layout.bytes.data, most);
  return text && `${layout.values.literals === 'python2' ? '' : 'b'}${text}`;
}

export function readQuotedByteArray(peek: Peek, layout: Layout, object: number, most: number): string | null {
  const { size, start } = layout.values.byteArray;
  const at = peek.pointer(object + start);
  const text = at === null ? null : readCut(peek, object + size, at, most);
  return text && `bytearray(b${text})`;
}

function readCut(peek: Peek, lengthAt: number, dataAt: number, most: number): string | null {
  const head = peek.view(lengthAt, 8);
  const length = head === null ? maxLength + 1 : pointerAt(head, 0);
  if (length > maxLength) return null;
  if (length === 0) return quotedBytes(new Uint8Array());
  const data = peek.bytes(dataAt, Math.min(length, most));
  return data && quotedBytes(data) + (length > most ? '…' : '');
}
