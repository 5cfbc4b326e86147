/** Types of C++, as the Itanium ABI writes them (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling). */
import type { CppNode } from './cpp-nodes.js';
import { nodeText } from './cpp-text.js';
import { builtins, literalEnds, standardNames } from './cpp-words.js';
import { NotReadable } from './not-readable.js';

/** How deep types and names may lie in each other. */
const maxDepth = 100;
/** Parts that a name can refer back to. */
const maxParts = 2000;

export const text = (words: string): CppNode => ({ kind: 'text', text: words });

/** Reads types; what names are is left to another. */
export abstract class CppTypes {
  readonly #symbol: string;
  protected at = 0;
  #depth = 0;
  /** `S_`, `S0_` …: all that can be referred back to. */
  protected readonly parts: CppNode[] = [];
  /** What `T_`, `T0_` … mean in the function that is read. */
  protected templateArgs: CppNode[] = [];

  constructor(symbol: string) {
    this.#symbol = symbol;
  }

  /** A class or enumeration by name. @param isOwn whether its template arguments are those that `T_` means */
  protected abstract name(isOwn: boolean): CppNode;
  /** A function with its parameters. */
  protected abstract call(): CppNode;

  protected peek(length = 1): string {
    return this.#symbol.slice(this.at, this.at + length);
  }
  protected takes(word: string): boolean {
    if (!this.#symbol.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }
  protected need(word: string): void {
    if (!this.takes(word)) throw new NotReadable();
  }
  protected get isAtEnd(): boolean {
    return this.at >= this.#symbol.length;
  }
  protected take(length: number): string {
    const taken = this.peek(length);
    if (taken.length < length) throw new NotReadable();
    this.at += length;
    return taken;
  }

  /** A decimal number, at most as large as symbols are long. @returns null where there is none */
  protected number(): number | null {
    const digits = /^\d{1,6}/.exec(this.peek(6))?.[0];
    if (digits === undefined) return null;
    this.at += digits.length;
    return Number(digits);
  }

  /** `_` is 0, `0_` 1, `Z_` 36 in a `<seq-id>`; decimal ones likewise. */
  protected index(radix: 10 | 36): number {
    const digits = (radix === 36 ? /^[\dA-Z]{0,4}_/ : /^\d{0,4}_/).exec(this.peek(5))?.[0];
    if (digits === undefined) throw new NotReadable();
    this.at += digits.length;
    return digits === '_' ? 0 : Number.parseInt(digits, radix) + 1;
  }

  protected remember(node: CppNode): CppNode {
    if (this.parts.length >= maxParts) throw new NotReadable();
    this.parts.push(node);
    return node;
  }

  /** Behind `S`: what was there before, or a name of the standard library. */
  protected substitution(): CppNode {
    const standard = standardNames.get(this.peek());
    if (standard !== undefined) {
      this.at++;
      return { kind: 'text', ...standard };
    }
    const part = this.parts[this.index(36)];
    if (part === undefined) throw new NotReadable();
    return part;
  }

  /** Behind `T`. */
  protected templateParam(): CppNode {
    return { kind: 'param', index: this.index(10) };
  }

  /** From `I` on. */
  protected args(isOwn: boolean): CppNode[] {
    this.need('I');
    const args: CppNode[] = [];
    if (isOwn) this.templateArgs = args;
    while (!this.takes('E')) args.push(this.#arg());
    return args;
  }

  #arg(): CppNode {
    if (this.takes('J')) {
      const args: CppNode[] = [];
      while (!this.takes('E')) args.push(this.deeper(() => this.#arg()));
      return { kind: 'pack', args, isOne: false };
    }
    if (this.takes('XadL_Z')) {
      const of = this.call();
      this.need('EE');
      return { kind: 'address', of };
    }
    return this.takes('L') ? this.#literal() : this.type();
  }

  /** Behind `L`. */
  #literal(): CppNode {
    const code = this.peek();
    const type = this.type();
    const sign = this.takes('n') ? '-' : '';
    const digits = /^\d{1,40}/.exec(this.peek(40))?.[0];
    if (digits === undefined || /^[fdeg]$/.test(code)) throw new NotReadable();
    this.at += digits.length;
    this.need('E');
    if (code === 'b') return text(digits === '0' ? 'false' : 'true');
    const end = literalEnds.get(code);
    if (end !== undefined) return text(`${sign}${digits}${end}`);
    return text(`(${nodeText(type)})${sign}${digits}`);
  }

  protected type(): CppNode {
    return this.deeper(() => this.#type());
  }

  /** What may lie in itself is read by this. */
  protected deeper(read: () => CppNode): CppNode {
    if (++this.#depth > maxDepth) throw new NotReadable();
    const node = read();
    this.#depth--;
    return node;
  }

  /** Types up to the end of a list of parameters. */
  protected types(): CppNode[] {
    const types: CppNode[] = [];
    do types.push(this.type());
    while (!this.isAtEnd && !/[E.]/.test(this.peek()) && !/^[RO]E/.test(this.peek(2)));
    return types;
  }

  #type(): CppNode {
    const code = this.peek();
    const word = code === 'D' ? (/^D(F16_|.)/.exec(this.peek(5))?.[0] ?? code) : code;
    const builtin = builtins.get(word);
    if (builtin !== undefined) {
      this.at += word.length;
      return text(builtin);
    }
    switch (code) {
      case 'r':
      case 'V':
      case 'K':
        return this.remember(this.#qualified());
      case 'P':
      case 'R':
      case 'O': {
        this.at++;
        const sign = code === 'P' ? '*' : code === 'R' ? '&' : '&&';
        return this.remember({ kind: 'pointer', to: this.type(), sign });
      }
      case 'F':
        return this.remember(this.#function(''));
      case 'A':
        return this.remember(this.#array());
      case 'M': {
        this.at++;
        const scope = this.type();
        return this.remember({ kind: 'member pointer', scope, to: this.type() });
      }
      case 'T': {
        this.at++;
        const param = this.remember(this.templateParam());
        if (this.peek() !== 'I') return param;
        return this.remember({ kind: 'template', of: param, args: this.args(false) });
      }
      case 'D':
        if (this.takes('Dp')) return this.remember({ kind: 'expansion', of: this.type() });
        if (this.takes('Dv')) return this.remember(this.#vector());
        if (this.takes('Do')) return this.remember(this.#function(' noexcept'));
        throw new NotReadable();
      case 'S':
        if (this.peek(2) !== 'St') {
          this.at++;
          const of = this.substitution();
          if (this.peek() !== 'I') return of;
          return this.remember({ kind: 'template', of, args: this.args(false) });
        }
    }
    if (!/[\dNZSU]/.test(code)) throw new NotReadable();
    return this.remember(this.name(false));
  }

  /** Const and its like belong to a function behind its parameters. */
  #qualified(): CppNode {
    const words = this.qualifiers();
    const of = this.type();
    return of.kind === 'function' ? { ...of, end: of.end + words } : { kind: 'qualified', of, words };
  }

  protected qualifiers(): string {
    const has = (code: string, word: string): string => (this.takes(code) ? word : '');
    const [restrict, volatile] = [has('r', ' restrict'), has('V', ' volatile')];
    return has('K', ' const') + volatile + restrict;
  }

  #function(end: string): CppNode {
    this.need('F');
    this.takes('Y');
    const [returns, ...args] = this.types();
    const reference = this.takes('R') ? ' &' : this.takes('O') ? ' &&' : '';
    this.need('E');
    return { kind: 'function', returns: returns!, args, end: end + reference };
  }

  #vector(): CppNode {
    const size = this.number();
    this.need('_');
    return { kind: 'qualified', of: this.type(), words: ` __vector(${size})` };
  }

  #array(): CppNode {
    this.need('A');
    const size = this.number();
    this.need('_');
    return { kind: 'array', of: this.type(), size: size === null ? '' : String(size) };
  }

  /** Behind `Ul`. */
  protected lambda(): CppNode {
    const params = this.types();
    this.need('E');
    return { kind: 'lambda', params, number: this.index(10) + 1 };
  }
}
