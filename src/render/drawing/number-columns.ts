/**
 * Columns of whole numbers as bytes: what a page carries of a recording. Each number is the difference from the one before, in
 * seven bits a byte, so that sorted and repeated columns cost a byte a number before they are deflated.
 */

/** Numbers may be up to 2^52 either way. @param json anything that JSON can say */
export function packColumns(json: unknown, columns: readonly ArrayLike<number>[]): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(json));
  const bytes = new ByteList();
  bytes.add(head.length);
  for (const byte of head) bytes.addByte(byte);
  for (const column of columns) {
    bytes.add(column.length);
    let before = 0;
    for (let at = 0; at < column.length; at++) {
      const difference = column[at]! - before;
      before = column[at]!;
      bytes.add(difference < 0 ? -2 * difference - 1 : 2 * difference);
    }
  }
  return bytes.taken();
}

/** What `packColumns` packed. @throws RangeError where the bytes end too early */
export function unpackColumns(bytes: Uint8Array): { json: unknown; columns: Float64Array[] } {
  let at = 0;
  const take = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the data of this page ends too early');
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  const length = take();
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + length)));
  at += length;
  const columns: Float64Array[] = [];
  while (at < bytes.length) {
    const column = new Float64Array(Math.min(take(), bytes.length));
    let before = 0;
    for (let index = 0; index < column.length; index++) {
      const zigzag = take();
      before += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      column[index] = before;
    }
    columns.push(column);
  }
  return { json, columns };
}

class ByteList {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  addByte(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** A number of at least 0. */
  add(value: number): void {
    let left = value;
    while (left >= 128) {
      this.addByte((left % 128) + 128);
      left = Math.floor(left / 128);
    }
    this.addByte(left);
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
