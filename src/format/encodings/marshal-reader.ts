/** What Python's marshal has written (CPython's Python/marshal.c, versions 0 to 5), of the types that statistics are made of. */
import { tooMuch } from '../assembly/import-limits.js';
import { ByteCursor } from './byte-cursor.js';

/** Dicts are lists of pairs: their keys are tuples. */
export type MarshalValue =
  | null
  | boolean
  | number
  | string
  | readonly MarshalValue[]
  | { readonly pairs: readonly (readonly [MarshalValue, MarshalValue])[] };

/** Of values in values; statistics have five. */
const mostNested = 12;
/** Of one file: a value of some bytes takes a hundred times as much memory. */
const mostValues = 10_000_000;
/** Added to the type of a value that may be referred to. */
const isReferred = 0x80;

class MarshalReader {
  readonly #cursor: ByteCursor;
  readonly #path: string;
  readonly #values: MarshalValue[] = [];
  /** Python 2 has interned texts in a list of their own. */
  readonly #interned: string[] = [];
  #count = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#cursor = new ByteCursor(bytes, path);
    this.#path = path;
  }

  /** The only value of a file. */
  root(): MarshalValue {
    const value = this.#value(0);
    if (value === undefined || !this.#cursor.isAtEnd) throw this.#cursor.fault('something follows its end');
    return value;
  }

  /** Undefined for what ends a dict. */
  #value(nested: number): MarshalValue | undefined {
    if (nested > mostNested) throw this.#cursor.fault('it is nested too deep for statistics');
    if (++this.#count > mostValues) throw tooMuch(this.#path, `over ${mostValues} values`);
    const lead = this.#cursor.u8();
    const type = String.fromCharCode(lead & ~isReferred);
    if (type === '0') return undefined;
    if (type === 'r') return this.#reference(this.#values, this.#cursor.u32());
    if (type === 'R') return this.#reference(this.#interned, this.#cursor.u32());
    // What refers to a value counts from where it began.
    const own = lead & isReferred ? this.#values.push(null) - 1 : -1;
    const value = this.#read(type, nested);
    if (own >= 0) this.#values[own] = value;
    return value;
  }

  #reference<T>(values: readonly T[], at: number): T {
    if (at >= values.length) throw this.#cursor.fault('it refers to what is not there');
    return values[at]!;
  }

  #read(type: string, nested: number): MarshalValue {
    const cursor = this.#cursor;
    switch (type) {
      case 'N':
        return null;
      case 'T':
      case 'F':
        return type === 'T';
      case 'i':
        return cursor.i32();
      case 'I':
        return Number(BigInt.asIntN(64, cursor.u64()));
      case 'l':
        return this.#long();
      case 'g':
        return cursor.f64();
      case 'f':
        return Number(cursor.latin1(cursor.u8()));
      case 'u':
      case 's':
        return cursor.utf8(cursor.u32());
      case 't':
        return this.#intern(cursor.utf8(cursor.u32()));
      case 'a':
      case 'A':
        return cursor.latin1(cursor.u32());
      case 'z':
      case 'Z':
        return cursor.latin1(cursor.u8());
      case ')':
        return this.#items(cursor.u8(), nested);
      case '(':
      case '[':
        return this.#items(cursor.u32(), nested);
      case '{':
        return { pairs: this.#pairs(nested) };
      default:
        throw cursor.fault(`statistics have no values of type ${JSON.stringify(type)}`);
    }
  }

  #intern(text: string): string {
    this.#interned.push(text);
    return text;
  }

  /** Digits of 15 bits; a negative count is a negative number. */
  #long(): number {
    const count = this.#cursor.i32();
    let value = 0;
    // More than these make no number that can be told apart from its neighbours.
    if (Math.abs(count) > 60) throw this.#cursor.fault('a number of it is too large');
    for (let at = 0; at < Math.abs(count); at++) {
      const low = this.#cursor.u8();
      value += (low + this.#cursor.u8() * 256) * 2 ** (15 * at);
    }
    return count < 0 ? -value : value;
  }

  #items(count: number, nested: number): MarshalValue[] {
    const items: MarshalValue[] = [];
    for (let at = 0; at < count; at++) {
      const item = this.#value(nested + 1);
      if (item === undefined) throw this.#cursor.fault('a list of it ends before its end');
      items.push(item);
    }
    return items;
  }

  #pairs(nested: number): [MarshalValue, MarshalValue][] {
    const pairs: [MarshalValue, MarshalValue][] = [];
    for (let key = this.#value(nested + 1); key !== undefined; key = this.#value(nested + 1)) {
      const value = this.#value(nested + 1);
      if (value === undefined) throw this.#cursor.fault('a dict of it ends before its end');
      pairs.push([key, value]);
    }
    return pairs;
  }
}

/** @throws PyspyError of kind "trace" where it is damaged, or has what statistics do not have */
export function readMarshal(bytes: Uint8Array, path: string): MarshalValue {
  return new MarshalReader(bytes, path).root();
}
