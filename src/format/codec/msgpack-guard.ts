/**
 * A check of msgpack bytes before a library decodes them. Trace files may come from anyone, and general decoders
 * honour extension types (some compile code for them), make objects of every value, and believe lengths that are not
 * there. A batch is a map of numbers, lists of numbers and lists of such lists: those are found here, and
 * nothing else of it is decoded.
 */

/** The map, its lists, the lists in those, and numbers. */
const maxDepth = 4;
/** Of columns that are decoded: a batch of 200,000 samples that are each of another thread has a million lists. */
export const maxLists = 1 << 20;
export const maxValues = 1 << 24;
/** More keys than these, or longer ones, are no columns. */
const maxKeys = 1_000;
const maxKeyBytes = 200;

/** Where the values of a batch's map lie in its bytes. */
export interface ColumnPlaces {
  /** By name, of the columns that are known. */
  readonly known: ReadonlyMap<string, { readonly from: number; readonly to: number }>;
  /** Names of the others. */
  readonly unknown: readonly string[];
}

/**
 * Checks that `bytes` hold exactly one map from strings to values that are made of nil, booleans, numbers, strings, arrays
 * and maps (msgpack specification, formats other than bin and ext), nested at most 4 deep, every length inside the
 * bytes. Values of `names` are made of numbers and lists only, and are not more than memory can take.
 * @returns the places of the columns, or what is wrong, as a clause for an error message
 */
export function findColumns(bytes: Uint8Array, names: readonly string[]): ColumnPlaces | string {
  const walk = new ValueWalk(bytes);
  const map = walk.shape(0);
  if (map === null || map.kind !== kinds.map || map.next > bytes.length) return 'it is not a map';
  const keys = map.children / 2;
  if (keys > maxKeys) return `it has ${keys} columns`;
  const known = new Map<string, { from: number; to: number }>();
  const unknown: string[] = [];
  let at = map.next;
  for (let key = 0; key < keys; key++) {
    const name = walk.readKey(at);
    if (name === null) return `it has a column without a name (byte ${at})`;
    const isKnown = names.includes(name.text);
    const end = walk.skip(name.next, isKnown);
    if (typeof end === 'string') return end;
    if (!isKnown) unknown.push(name.text);
    else if (known.has(name.text)) return `it has the column "${name.text}" twice`;
    else known.set(name.text, { from: name.next, to: end });
    at = end;
  }
  return at === bytes.length ? { known, unknown } : `${bytes.length - at} bytes are left over at its end`;
}

const kinds = { number: 0, list: 1, map: 2, string: 3, other: 4 } as const;

interface Shape {
  readonly kind: (typeof kinds)[keyof typeof kinds];
  /** Offset behind the value's own bytes (for containers: of the first child). */
  readonly next: number;
  readonly children: number;
}

class ValueWalk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Of columns that are decoded. */
  #lists = 0;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readKey(at: number): { text: string; next: number } | null {
    const shape = this.shape(at);
    if (shape?.kind !== kinds.string || shape.next > this.#bytes.length || shape.next - at > maxKeyBytes)
      return null;
    const lead = this.#bytes[at]!;
    const from = at + (lead < 0xc0 ? 1 : 1 << (lead - 0xd9)) + (lead < 0xc0 ? 0 : 1);
    return { text: Buffer.from(this.#bytes.subarray(from, shape.next)).toString('utf8'), next: shape.next };
  }

  /**
   * @param isColumn whether it is to be decoded
   * @returns the offset behind the value at `at`, or what is wrong with it
   */
  skip(at: number, isColumn: boolean): number | string {
    const end = this.#bytes.length;
    // Values still to come on each level, the map being one.
    const pending = [1];
    while (pending.length > 0) {
      const left = pending[pending.length - 1]!;
      if (left === 0) {
        pending.pop();
        continue;
      }
      pending[pending.length - 1] = left - 1;
      if (at >= end) return 'it ends in the middle of a value';
      const lead = this.#bytes[at]!;
      // Most values are small numbers.
      if (lead <= 0x7f || lead >= 0xe0) {
        at++;
        if (isColumn && ++this.#values > maxValues) return 'it holds more values than a batch has';
        continue;
      }
      const shape = this.shape(at);
      if (shape === null || (isColumn && shape.kind > kinds.list))
        return `it holds a value of a kind that no batch has (byte ${at})`;
      if (shape.next > end) return 'it ends in the middle of a value';
      if (isColumn && (++this.#values > maxValues || (shape.kind === kinds.list && ++this.#lists > maxLists)))
        return 'it holds more values than a batch has';
      at = shape.next;
      if (shape.children === 0) continue;
      // Each child takes a byte at least: a length beyond the bytes is a lie and not worth a loop.
      if (shape.children > end - at)
        return `it announces ${shape.children} values and has not the bytes for them`;
      if (pending.length >= maxDepth - 1) return 'it is nested too deeply';
      pending.push(shape.children);
    }
    return at;
  }

  shape(at: number): Shape | null {
    const view = this.#view;
    if (at >= view.byteLength) return null;
    const lead = view.getUint8(at);
    const number = (bytes: number): Shape => ({ kind: kinds.number, next: at + 1 + bytes, children: 0 });
    const string = (next: number): Shape => ({ kind: kinds.string, next, children: 0 });
    const list = (next: number, children: number): Shape => ({ kind: kinds.list, next, children });
    const map = (next: number, children: number): Shape => ({
      kind: kinds.map,
      next,
      children: children * 2,
    });
    if (lead <= 0x7f || lead >= 0xe0) return number(0);
    if (lead <= 0x8f) return map(at + 1, lead & 0x0f);
    if (lead <= 0x9f) return list(at + 1, lead & 0x0f);
    if (lead <= 0xbf) return string(at + 1 + (lead & 0x1f));
    const room = view.byteLength - at - 1;
    switch (lead) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return { kind: kinds.other, next: at + 1, children: 0 };
      case 0xcc: // uint 8, int 8
      case 0xd0:
        return number(1);
      case 0xcd: // uint 16, int 16
      case 0xd1:
        return number(2);
      case 0xca: // float 32, uint 32, int 32
      case 0xce:
      case 0xd2:
        return number(4);
      case 0xcb: // float 64, uint 64, int 64
      case 0xcf:
      case 0xd3:
        return number(8);
      case 0xd9: // str 8, 16, 32
        return string(at + 2 + (room < 1 ? 0 : view.getUint8(at + 1)));
      case 0xda:
        return string(at + 3 + (room < 2 ? 0 : view.getUint16(at + 1)));
      case 0xdb:
        return string(at + 5 + (room < 4 ? 0 : view.getUint32(at + 1)));
      case 0xdc: // array 16, 32
        return list(at + 3, room < 2 ? 0 : view.getUint16(at + 1));
      case 0xdd:
        return list(at + 5, room < 4 ? 0 : view.getUint32(at + 1));
      case 0xde: // map 16, 32
        return map(at + 3, room < 2 ? 0 : view.getUint16(at + 1));
      case 0xdf:
        return map(at + 5, room < 4 ? 0 : view.getUint32(at + 1));
      default:
        return null;
    }
  }
}
