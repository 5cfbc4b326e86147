/** A place in bytes of which nothing is believed: what lies beyond their end is an error, not a zero. */
import { cannotImport } from './import-fault.js';

/** LEB128 of 64 bits has no more bytes. */
const mostVarintBytes = 10;

export class ByteCursor {
  at: number;
  /** Whether more was asked for than there is. */
  isCut = false;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly isLittleEndian: boolean;
  readonly #path: string;
  readonly #view: DataView;

  /** @param path what the file is called in errors. @param from where it stands at first, `end` behind the last byte */
  constructor(bytes: Uint8Array, path: string, { from = 0, end = bytes.length, isLittleEndian = true } = {}) {
    this.bytes = bytes;
    this.#path = path;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = Math.min(end, bytes.length);
    this.at = from;
    this.isLittleEndian = isLittleEndian;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** @returns a PyspyError of kind "trace" */
  fault(what: string): Error {
    return cannotImport(this.#path, what);
  }

  /** Goes on by so many bytes. @returns where they begin */
  skip(length: number): number {
    if (!(length >= 0) || this.at < 0 || length > this.end - this.at) throw this.#cut();
    this.at += length;
    return this.at - length;
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), this.isLittleEndian);
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4), this.isLittleEndian);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.skip(8), this.isLittleEndian);
  }

  f64(): number {
    return this.#view.getFloat64(this.skip(8), this.isLittleEndian);
  }

  /** An offset or a count of 64 bits. @throws PyspyError where it is too large to be one */
  size(): number {
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fault('a number of it is too large');
    return Number(value);
  }

  /** LEB128. @throws PyspyError where it has no end or is too large to be exact */
  varint(): number {
    let value = 0;
    for (let scale = 1, count = 0; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (++count > mostVarintBytes || value > Number.MAX_SAFE_INTEGER)
        throw this.fault('a number of it is too large');
      if (byte < 0x80) return value;
    }
  }

  /** LEB128 of a number with a sign, in zigzag. */
  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  utf8(length: number): string {
    const from = this.skip(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, length).toString('utf8');
  }

  latin1(length: number): string {
    const from = this.skip(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, length).toString('latin1');
  }

  /** Text up to a byte of zero. */
  cString(): string {
    const zero = this.bytes.indexOf(0, this.at);
    if (zero < 0 || zero >= this.end) throw this.#cut();
    const text = this.utf8(zero - this.at);
    this.at++;
    return text;
  }

  #cut(): Error {
    this.isCut = true;
    return this.fault('it is cut short');
  }
}
