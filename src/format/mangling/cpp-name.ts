/** Names of functions of C++, as the Itanium ABI writes them (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling). */
import { bindParams } from './cpp-binding.js';
import type { CppNode } from './cpp-nodes.js';
import { nodeText } from './cpp-text.js';
import { CppTypes, text } from './cpp-types.js';
import { operators, specialNames } from './cpp-words.js';
import { NotReadable, readOrNull } from './not-readable.js';

/**
 * A function as it is written in a program, without its parameters: `shop::Cart<int>::add`.
 * @param symbol from `_Z` on
 * @returns null where it is none, or has what is not understood (expressions, C++20's constraints and modules)
 */
export function readCppName(symbol: string): string | null {
  return readOrNull(() => new CppNames(symbol).read());
}

/** A name, and what of it decides how its parameters are read. */
interface FunctionName {
  readonly name: CppNode;
  /** Qualifiers of a member function. */
  readonly end: string;
  /** Whether the type that it returns stands in front of its parameters. */
  readonly hasReturn: boolean;
}

class CppNames extends CppTypes {
  /** Of the name that was read last. */
  #last: Pick<FunctionName, 'end' | 'hasReturn'> = { end: '', hasReturn: false };

  read(): string {
    this.need('_Z');
    const special = this.#special();
    const name = nodeText(bindParams(this.#functionName().name, this.templateArgs));
    // Parameters are not shown, so they need not be understood.
    const clone = /^\w*((?:\.[\w.]+)?)$/.exec(this.peek(100_000));
    if (clone === null) throw new NotReadable();
    return `${special}${name}${clone[1] === '' ? '' : ` [clone ${clone[1]}]`}`;
  }

  /** Of what is no function itself, what it is of one. */
  #special(): string {
    for (const [code, words] of specialNames) if (this.takes(code)) return words;
    if (this.takes('Tc')) {
      this.#callOffset();
      this.#callOffset();
      return 'covariant return thunk to ';
    }
    if (this.peek(2) !== 'Th' && this.peek(2) !== 'Tv') return '';
    const isVirtual = this.peek(2) === 'Tv';
    this.at++;
    this.#callOffset();
    return isVirtual ? 'virtual thunk to ' : 'non-virtual thunk to ';
  }

  /** `h n16_`, `v 0_n24_` */
  #callOffset(): void {
    const offset = /^(?:hn?\d+_|vn?\d+_n?\d+_)/.exec(this.peek(40))?.[0];
    if (offset === undefined) throw new NotReadable();
    this.at += offset.length;
  }

  #functionName(): FunctionName {
    this.#last = { end: '', hasReturn: false };
    const name = this.name(true);
    return { name, ...this.#last };
  }

  protected override call(): CppNode {
    const outer = this.templateArgs;
    this.templateArgs = [];
    const { name, end, hasReturn } = this.#functionName();
    // Of data there are no parameters.
    const isData = this.isAtEnd || /[E.]/.test(this.peek());
    const returns = hasReturn && !isData ? this.type() : null;
    const call: CppNode = isData ? name : { kind: 'call', name, returns, args: this.types(), end };
    const own = this.templateArgs;
    this.templateArgs = outer;
    return bindParams(call, own);
  }

  protected override name(isOwn: boolean): CppNode {
    return this.deeper(() => this.#name(isOwn));
  }

  #name(isOwn: boolean): CppNode {
    const code = this.peek();
    if (code === 'N') return this.#nested(isOwn);
    if (code === 'Z') return this.#local(isOwn);
    let name: CppNode;
    if (code === 'S' && this.peek(2) !== 'St') {
      this.at++;
      name = this.substitution();
      if (this.peek() !== 'I') throw new NotReadable();
    } else {
      const isStandard = this.takes('St');
      const own = this.#unqualified(null);
      name = isStandard ? { kind: 'member', scope: text('std'), name: own } : own;
      if (isOwn) this.#last = { end: '', hasReturn: false };
      if (this.peek() !== 'I') return name;
      this.remember(name);
    }
    const args = this.args(isOwn);
    if (isOwn) this.#last = { end: '', hasReturn: hasReturn(name) };
    return { kind: 'template', of: name, args };
  }

  #nested(isOwn: boolean): CppNode {
    this.need('N');
    const words = this.qualifiers();
    const end = words + (this.takes('R') ? ' &' : this.takes('O') ? ' &&' : '');
    let name: CppNode | null = null;
    let isTemplate = false;
    let isPart = false;
    while (!this.takes('E')) {
      isTemplate = false;
      isPart = true;
      const code = this.peek();
      if (code === 'S' && name === null) {
        isPart = false;
        this.at++;
        name = this.takes('t') ? text('std') : this.substitution();
        continue;
      }
      if (code === 'T' && name === null) {
        this.at++;
        name = this.templateParam();
      } else if (code === 'I' && name !== null) {
        name = { kind: 'template', of: name, args: this.args(isOwn) };
        isTemplate = true;
      } else name = this.#member(name);
      // Of data in a class, a lambda is part of its first value.
      this.takes('M');
      this.remember(name);
    }
    if (name === null) throw new NotReadable();
    // The whole name is referred to as a type, if it is one.
    if (isPart) this.parts.pop();
    if (isOwn) this.#last = { end, hasReturn: isTemplate && hasReturn(name) };
    return name;
  }

  #member(scope: CppNode | null): CppNode {
    const isMaker = /^(C[1-5I]|D[0-5])/.test(this.peek(2));
    const whole = isMaker && scope?.kind === 'text' && scope.whole !== undefined ? text(scope.whole) : scope;
    const name = this.#unqualified(scope);
    return whole === null ? name : { kind: 'member', scope: whole, name };
  }

  #local(isOwn: boolean): CppNode {
    this.need('Z');
    const scope = this.call();
    this.need('E');
    if (this.takes('s')) {
      this.#discriminator();
      return { kind: 'member', scope, name: text('string literal') };
    }
    // A default argument: which one is of no matter.
    if (this.takes('d')) this.index(10);
    const name = this.name(isOwn);
    this.#discriminator();
    return { kind: 'member', scope, name };
  }

  #discriminator(): void {
    const found = /^_(?:\d|_\d+_)/.exec(this.peek(12))?.[0];
    this.at += found?.length ?? 0;
  }

  /** @param scope which constructors and destructors are of */
  #unqualified(scope: CppNode | null): CppNode {
    this.takes('L');
    const name = this.#plain(scope);
    let tags = '';
    while (this.takes('B')) tags += `[abi:${this.#source()}]`;
    return tags === '' || name.kind !== 'text' ? name : text(name.text + tags);
  }

  #plain(scope: CppNode | null): CppNode {
    if (/\d/.test(this.peek())) return text(this.#source());
    if (this.takes('Ul')) return this.lambda();
    if (this.takes('Ut')) return text(`{unnamed type#${this.index(10) + 1}}`);
    const pair = this.peek(2);
    if (/^C[1-5]$/.test(pair) && scope !== null) {
      this.at += 2;
      return text(baseName(scope));
    }
    if (/^D[0-5]$/.test(pair) && scope !== null) {
      this.at += 2;
      return text(`~${baseName(scope)}`);
    }
    if (this.takes('cv')) return { kind: 'conversion', to: this.type() };
    if (this.takes('li')) return text(`operator"" ${this.#source()}`);
    const operator = operators.get(pair);
    if (operator === undefined) throw new NotReadable();
    this.at += 2;
    return text(`operator${operator}`);
  }

  #source(): string {
    const length = this.number();
    if (length === null || length === 0) throw new NotReadable();
    const name = this.take(length);
    return /^_GLOBAL_[_.$]N/.test(name) ? '(anonymous namespace)' : name;
  }
}

/** What constructors of a class are called: its own name alone. */
function baseName(node: CppNode): string {
  if (node.kind === 'member') return baseName(node.name);
  if (node.kind === 'template') return baseName(node.of);
  if (node.kind === 'text') return (node.base ?? node.text).replace(/\[abi:.*$/, '');
  if (node.kind === 'lambda') return nodeText(node);
  throw new NotReadable();
}

/** Functions made of a template have it, but for constructors, destructors and conversions. */
function hasReturn(name: CppNode): boolean {
  const of = name.kind === 'template' ? name.of : name;
  if (of.kind !== 'member') return of.kind !== 'conversion';
  if (of.name.kind === 'conversion') return false;
  const own = of.name.kind === 'text' ? of.name.text : '';
  if (own.startsWith('~')) return false;
  return !(of.scope.kind !== 'lambda' && own !== '' && isBaseOf(of.scope, own));
}

function isBaseOf(scope: CppNode, own: string): boolean {
  return (
    (scope.kind === 'member' || scope.kind === 'template' || scope.kind === 'text') && baseName(scope) === own
  );
}
