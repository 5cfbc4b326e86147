/** Reads a name of Rust piece by piece, and writes it (https://doc.rust-lang.org/rustc/symbol-mangling/v0.html). */
import { maxLength, NotReadable } from './not-readable.js';

/** Steps, how deep parts lie in each other, and lifetimes that are bound at once. */
const maxSteps = 20_000;
const maxDepth = 150;
const maxLifetimes = 50;

export class RustCursor {
  readonly #path: string;
  #at = 0;
  #text = '';
  #steps = 0;
  #depth = 0;
  /** Whether what is read is not written: the module that an impl lies in. */
  #isSilent = false;
  /** Lifetimes that are bound around the place that is read. */
  #lifetimes = 0;

  /** @param path what is behind `_R` */
  constructor(path: string) {
    this.#path = path;
  }

  protected get text(): string {
    return this.#text;
  }
  protected get isAtEnd(): boolean {
    return this.#at >= this.#path.length;
  }

  protected write(text: string): void {
    if (this.#isSilent) return;
    this.#text += text;
    if (this.#text.length > maxLength) throw new NotReadable();
  }

  protected silently(read: () => void): void {
    const outer = this.#isSilent;
    this.#isSilent = true;
    read();
    this.#isSilent = outer;
  }

  protected deeper(read: () => void): void {
    if (++this.#steps > maxSteps || ++this.#depth > maxDepth) throw new NotReadable();
    read();
    this.#depth--;
  }

  protected peek(): string {
    return this.#path[this.#at] ?? '';
  }

  protected takes(code: string): boolean {
    if (!this.#path.startsWith(code, this.#at)) return false;
    this.#at += code.length;
    return true;
  }

  /** @param pattern begins with ^ */
  protected match(pattern: RegExp, longest: number): string {
    const found = pattern.exec(this.#path.slice(this.#at, this.#at + longest))?.[0];
    if (found === undefined) throw new NotReadable();
    this.#at += found.length;
    return found;
  }

  /** `_` is 0, `0_` 1; digits go up to Z. Large ones, which are hashes, are not exact. */
  protected base62(): number {
    const digits = this.match(/^[\da-zA-Z]{0,11}_/, 12).slice(0, -1);
    if (digits === '') return 0;
    let value = 0;
    for (const digit of digits) {
      const code = digit.charCodeAt(0);
      value = value * 62 + (code < 58 ? code - 48 : code >= 97 ? code - 87 : code - 29);
    }
    return value + 1;
  }

  /** Behind its code; 0 where that is missing. */
  protected optional62(code: string): number {
    return this.takes(code) ? this.base62() + 1 : 0;
  }

  /** Behind `B`: what stands further in front, once more. */
  protected backReference(read: () => void): void {
    const place = this.#at - 1;
    const target = this.base62();
    if (target >= place) throw new NotReadable();
    // What is not written need not be read.
    if (this.#isSilent) return;
    const behind = this.#at;
    this.#at = target;
    this.deeper(read);
    this.#at = behind;
  }

  protected identifier(): string {
    // Names that are not ASCII are in a code of their own.
    if (this.takes('u')) throw new NotReadable();
    const length = Number(this.match(/^(?:0|[1-9]\d{0,4})/, 5));
    this.takes('_');
    const name = this.#path.slice(this.#at, this.#at + length);
    if (name.length < length) throw new NotReadable();
    this.#at += length;
    return name;
  }

  /** @param index 0 for one without a name, else how many were bound since, with itself */
  protected writeLifetime(index: number): void {
    if (index > this.#lifetimes) throw new NotReadable();
    const depth = this.#lifetimes - index;
    this.write(index === 0 ? "'_" : depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`);
  }

  /** `for<'a, 'b>` around what is read. */
  protected bound(read: () => void): void {
    const count = this.optional62('G');
    if (this.#lifetimes + count > maxLifetimes) throw new NotReadable();
    for (let i = 0; i < count; i++) {
      this.write(i === 0 ? 'for<' : ', ');
      this.#lifetimes++;
      this.writeLifetime(1);
    }
    if (count > 0) this.write('> ');
    read();
    this.#lifetimes -= count;
  }

  /** Up to `E`. @returns how many there were */
  protected list(read: () => void, between = ', '): number {
    let count = 0;
    for (; !this.takes('E'); count++) {
      if (count > 0) this.write(between);
      read();
    }
    return count;
  }
}
