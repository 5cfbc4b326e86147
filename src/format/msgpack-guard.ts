/**
 * A look over msgpack bytes before a library decodes them. Trace files may come from anyone, and general decoders
 * honour extension types (some compile code for them) and lengths that are not there. A batch needs only
 * maps, arrays, strings and numbers; anything else is refused here.
 */

const maxDepth = 4;

/**
 * Checks that `bytes` hold exactly one value made of nil, booleans, numbers, strings, arrays and maps (msgpack
 * specification, formats other than bin and ext), nested at most 4 deep, every length inside the bytes.
 * @returns null, or what is wrong, as a clause for an error message
 */
export function findMsgpackFault(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength;
  // Values still to come on each level, and the number of open levels.
  const pending = [1];
  let at = 0;
  while (pending.length > 0) {
    const left = pending[pending.length - 1]!;
    if (left === 0) {
      pending.pop();
      continue;
    }
    pending[pending.length - 1] = left - 1;
    if (at >= end) return 'it ends in the middle of a value';
    const shape = readShape(view, at);
    if (shape === null) return `it holds a value of a kind that no batch has (byte ${at})`;
    if (shape.next > end) return 'it ends in the middle of a value';
    at = shape.next;
    if (shape.children > 0) {
      // Each child takes a byte at least: a length beyond the bytes is a lie and not worth a loop.
      if (shape.children > end - at)
        return `it announces ${shape.children} values and has not the bytes for them`;
      if (pending.length >= maxDepth) return 'it is nested too deeply';
      pending.push(shape.children);
    }
  }
  return at === end ? null : `${end - at} bytes are left over at its end`;
}

interface Shape {
  /** Offset behind the value's own bytes (for containers: of the first child). */
  next: number;
  children: number;
}

function readShape(view: DataView, at: number): Shape | null {
  const lead = view.getUint8(at);
  if (lead <= 0x7f || lead >= 0xe0) return { next: at + 1, children: 0 };
  if (lead <= 0x8f) return { next: at + 1, children: (lead & 0x0f) * 2 };
  if (lead <= 0x9f) return { next: at + 1, children: lead & 0x0f };
  if (lead <= 0xbf) return { next: at + 1 + (lead & 0x1f), children: 0 };
  const room = view.byteLength - at - 1;
  switch (lead) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return { next: at + 1, children: 0 };
    case 0xcc: // uint 8, int 8
    case 0xd0:
      return { next: at + 2, children: 0 };
    case 0xcd: // uint 16, int 16
    case 0xd1:
      return { next: at + 3, children: 0 };
    case 0xca: // float 32, uint 32, int 32
    case 0xce:
    case 0xd2:
      return { next: at + 5, children: 0 };
    case 0xcb: // float 64, uint 64, int 64
    case 0xcf:
    case 0xd3:
      return { next: at + 9, children: 0 };
    case 0xd9: // str 8, 16, 32
      return { next: room < 1 ? at + 2 : at + 2 + view.getUint8(at + 1), children: 0 };
    case 0xda:
      return { next: room < 2 ? at + 3 : at + 3 + view.getUint16(at + 1), children: 0 };
    case 0xdb:
      return { next: room < 4 ? at + 5 : at + 5 + view.getUint32(at + 1), children: 0 };
    case 0xdc: // array 16, 32
      return { next: at + 3, children: room < 2 ? 0 : view.getUint16(at + 1) };
    case 0xdd:
      return { next: at + 5, children: room < 4 ? 0 : view.getUint32(at + 1) };
    case 0xde: // map 16, 32
      return { next: at + 3, children: room < 2 ? 0 : view.getUint16(at + 1) * 2 };
    case 0xdf:
      return { next: at + 5, children: room < 4 ? 0 : view.getUint32(at + 1) * 2 };
    default:
      return null;
  }
}
