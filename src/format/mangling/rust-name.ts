/** Names of functions of Rust in the newer way, "v0" (https://doc.rust-lang.org/rustc/symbol-mangling/v0.html). */
import { NotReadable, readOrNull } from './not-readable.js';
import { RustCursor } from './rust-cursor.js';

/** `<basic-type>` */
const basicTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ b: 'bool', c: 'char', e: 'str', u: '()', a: 'i8', s: 'i16', l: 'i32', x: 'i64', n: 'i128' },
    ...{ i: 'isize', h: 'u8', t: 'u16', m: 'u32', y: 'u64', o: 'u128', j: 'usize', f: 'f32', d: 'f64' },
    ...{ z: '!', p: '_', v: '...' },
  }),
);
const signed = new Set('aslxni');
const unsigned = new Set('htmyoj');

/**
 * A function's path without hashes: `<alloc::vec::Vec<u8> as core::ops::drop::Drop>::drop`.
 * @param symbol from `_R` on
 * @returns null where it is none, or has what is not understood (names that are not ASCII, constants that are no numbers)
 */
export function readRustName(symbol: string): string | null {
  const [, path] = /^_R(?=[A-Z])(\w+)(?:[.@].*)?$/s.exec(symbol) ?? [];
  if (path === undefined) return null;
  return readOrNull(() => new RustName(path).read());
}

class RustName extends RustCursor {
  read(): string {
    this.#path(true);
    // The crate that made this copy of it.
    if (!this.isAtEnd) this.silently(() => this.#path(false));
    if (!this.isAtEnd) throw new NotReadable();
    return this.text;
  }

  /** @param isValue whether arguments of generic functions have `::` in front, as in an expression */
  #path(isValue: boolean): void {
    this.deeper(() => {
      const code = this.match(/^[CNMXYIB]/, 1);
      if (code === 'N') this.#nested(isValue);
      else if (code === 'B') this.backReference(() => this.#path(isValue));
      else if (code === 'C') {
        this.optional62('s');
        this.write(this.identifier());
      } else if (code === 'I') {
        this.#path(isValue);
        this.write(isValue ? '::<' : '<');
        this.list(() => this.#argument());
        this.write('>');
      } else {
        if (code !== 'Y') {
          this.optional62('s');
          this.silently(() => this.#path(false));
        }
        this.#implementation(code !== 'M');
      }
    });
  }

  #nested(isValue: boolean): void {
    const space = this.match(/^[a-zA-Z]/, 1);
    this.#path(isValue);
    const number = this.optional62('s');
    const name = this.identifier();
    if (/[a-z]/.test(space)) {
      this.write(name && `::${name}`);
      return;
    }
    const words = space === 'C' ? 'closure' : space === 'S' ? 'shim' : space;
    this.write(`::{${words}${name && `:${name}`}#${number}}`);
  }

  #implementation(hasTrait: boolean): void {
    this.write('<');
    this.#type();
    if (hasTrait) {
      this.write(' as ');
      this.#path(false);
    }
    this.write('>');
  }

  #argument(): void {
    if (this.takes('L')) this.writeLifetime(this.base62());
    else if (this.takes('K')) this.#constant();
    else this.#type();
  }

  #type(): void {
    this.deeper(() => {
      const code = this.peek();
      const basic = basicTypes.get(code);
      if (basic !== undefined && this.takes(code)) this.write(basic);
      else if (/^[CNMXYI]$/.test(code)) this.#path(false);
      else this.#composed(this.match(/^[ASTRQPOFDB]/, 1));
    });
  }

  #composed(code: string): void {
    if (code === 'A' || code === 'S') this.#array(code === 'A');
    else if (code === 'R' || code === 'Q') this.#reference(code === 'Q');
    else if (code === 'F') this.bound(() => this.#function());
    else if (code === 'D') this.#dyn();
    else if (code === 'B') this.backReference(() => this.#type());
    else if (code === 'T') {
      this.write('(');
      const count = this.list(() => this.#type());
      this.write(count === 1 ? ',)' : ')');
    } else {
      this.write(code === 'P' ? '*const ' : '*mut ');
      this.#type();
    }
  }

  #array(hasLength: boolean): void {
    this.write('[');
    this.#type();
    if (hasLength) {
      this.write('; ');
      this.#constant();
    }
    this.write(']');
  }

  #reference(isMutable: boolean): void {
    this.write('&');
    const lifetime = this.takes('L') ? this.base62() : 0;
    if (lifetime > 0) {
      this.writeLifetime(lifetime);
      this.write(' ');
    }
    if (isMutable) this.write('mut ');
    this.#type();
  }

  #function(): void {
    if (this.takes('U')) this.write('unsafe ');
    if (this.takes('K')) {
      const abi = this.takes('C') ? 'C' : this.identifier().replaceAll('_', '-');
      this.write(`extern "${abi}" `);
    }
    this.write('fn(');
    this.list(() => this.#type());
    this.write(')');
    if (this.takes('u')) return;
    this.write(' -> ');
    this.#type();
  }

  #dyn(): void {
    this.write('dyn ');
    this.bound(() => this.list(() => this.#trait(), ' + '));
    if (!this.takes('L')) throw new NotReadable();
    const lifetime = this.base62();
    if (lifetime === 0) return;
    this.write(' + ');
    this.writeLifetime(lifetime);
  }

  /** A trait, with its associated types among its arguments. */
  #trait(): void {
    let isOpen = this.#openPath();
    while (this.takes('p')) {
      this.write(isOpen ? ', ' : '<');
      isOpen = true;
      this.write(`${this.identifier()} = `);
      this.#type();
    }
    if (isOpen) this.write('>');
  }

  /** @returns whether it has arguments, behind which there is no `>` yet */
  #openPath(): boolean {
    if (this.takes('B')) {
      let isOpen = false;
      this.backReference(() => {
        isOpen = this.#openPath();
      });
      return isOpen;
    }
    const hasArguments = this.takes('I');
    this.#path(false);
    if (hasArguments) {
      this.write('<');
      this.list(() => this.#argument());
    }
    return hasArguments;
  }

  #constant(): void {
    this.deeper(() => {
      if (this.takes('p')) this.write('_');
      else if (this.takes('B')) this.backReference(() => this.#constant());
      else this.#number(this.match(/^[a-z]/, 1));
    });
  }

  #number(type: string): void {
    const sign = signed.has(type) && this.takes('n') ? '-' : '';
    const value = BigInt(`0x0${this.match(/^[\da-f]{0,32}_/, 33).slice(0, -1)}`);
    if (signed.has(type) || unsigned.has(type)) this.write(`${sign}${value}`);
    else if (type === 'b' && value <= 1n) this.write(value === 1n ? 'true' : 'false');
    else throw new NotReadable();
  }
}
