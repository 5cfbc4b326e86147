/** A place in a table of unwinding information, read value by value. All of it may lie: what is not there is a fault. */
import { pointerAt } from '../memory/pointers.js';

/** A table that ends too early, or says what no table says. Caught where a rule is asked for. */
export class MalformedTable extends Error {}

/** LEB128 numbers have no more bytes (DWARF 5, 7.6). */
const longestLeb = 10;

/** Encodings of pointers (DW_EH_PE_…, Linux Standard Base 5, 10.5.1): how wide, and what they are relative to. */
const encoding = { omit: 0xff, formatMask: 0x0f, baseMask: 0x70, toPlace: 0x10, toTable: 0x30 } as const;

export class DwarfBytes {
  /** Index of the byte that comes next. */
  at = 0;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the bytes lie, as linked: for pointers that are relative to themselves. */
  readonly #address: number;
  /** What `toTable` is relative to. */
  readonly #table: number;

  constructor(bytes: Uint8Array, address = 0, table = address) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#address = address;
    this.#table = table;
  }

  /** @throws MalformedTable where so many bytes do not follow */
  take(count: number): number {
    const { at } = this;
    if (!(count >= 0 && at >= 0 && at + count <= this.bytes.byteLength))
      throw new MalformedTable('the table ends too early');
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  i8(): number {
    return this.#view.getInt8(this.take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.take(4), true);
  }

  /** Exact below 2^53. */
  u64(): number {
    return pointerAt(this.#view, this.take(8));
  }

  i64(): number {
    const at = this.take(8);
    return this.#view.getUint32(at, true) + this.#view.getInt32(at + 4, true) * 2 ** 32;
  }

  uleb(): number {
    return this.#leb(false);
  }

  sleb(): number {
    return this.#leb(true);
  }

  #leb(isSigned: boolean): number {
    let value = 0;
    let weight = 1;
    for (let count = 0; count < longestLeb; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * weight;
      weight *= 128;
      if ((byte & 0x80) === 0) return isSigned && (byte & 0x40) !== 0 ? value - weight : value;
    }
    throw new MalformedTable('a number is too long');
  }

  /** A pointer in one of the encodings, as linked. @throws MalformedTable for one that is not in use, or `omit` */
  pointer(how: number): number {
    const place = this.#address + this.at;
    if (how === encoding.omit) throw new MalformedTable('a pointer is left out');
    const value = this.#number(how & encoding.formatMask);
    switch (how & encoding.baseMask) {
      case 0:
        return value;
      case encoding.toPlace:
        return place + value;
      case encoding.toTable:
        return this.#table + value;
      default:
        throw new MalformedTable('a pointer is relative to something unknown');
    }
  }

  #number(format: number): number {
    switch (format) {
      case 0:
      case 4:
        return this.u64();
      case 1:
        return this.uleb();
      case 2:
        return this.u16();
      case 3:
        return this.u32();
      case 9:
        return this.sleb();
      case 10:
        return this.i16();
      case 11:
        return this.i32();
      case 12:
        return this.i64();
      default:
        throw new MalformedTable('a pointer has an unknown width');
    }
  }
}
