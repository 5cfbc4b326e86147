/** Names and types of C++ as text: a type stands on both sides of what is declared by it. */
import { expandPattern } from './cpp-binding.js';
import { type CppNode, maxDepth, maxPieces } from './cpp-nodes.js';
import { maxLength, NotReadable } from './not-readable.js';

type Side = 'left' | 'right';

/** @throws NotReadable where the text would be too long, or a parameter has no argument */
export function nodeText(node: CppNode): string {
  return new Writer().whole(node);
}

class Writer {
  #pieces = 0;
  #depth = 0;

  whole(node: CppNode): string {
    return this.#side(node, 'left') + this.#side(node, 'right');
  }

  #side(node: CppNode, side: Side): string {
    if (++this.#pieces > maxPieces || ++this.#depth > maxDepth) throw new NotReadable();
    const text = side === 'left' ? this.#left(node) : this.#right(node);
    if (text.length > maxLength) throw new NotReadable();
    this.#depth--;
    return text;
  }

  #left(node: CppNode): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'template': {
        const name = this.whole(node.of);
        // "operator<" and "operator<<" would run into the bracket.
        return `${name}${name.endsWith('<') ? ' ' : ''}<${this.#list(node.args)}>`;
      }
      case 'member':
        return `${this.whole(node.scope)}::${this.whole(node.name)}`;
      case 'pointer': {
        const { to, sign } = collapsed(node);
        return `${this.#side(to, 'left')}${opening(to)}${sign}`;
      }
      case 'qualified':
        return `${this.#side(node.of, 'left')}${node.words}`;
      case 'function':
        return node.returns === null ? '' : `${this.#side(node.returns, 'left')} `;
      case 'array':
        return this.#side(node.of, 'left');
      case 'member pointer':
        return `${this.#side(node.to, 'left')}${opening(node.to) || ' '}${this.whole(node.scope)}::*`;
      case 'call':
        return `${this.whole(node.name)}${this.#params(node.args)}${node.end}`;
      case 'address': {
        if (node.of.kind !== 'call') return `&${this.whole(node.of)}`;
        const { returns } = node.of;
        return `&(${returns === null ? '' : `${this.whole(returns)} `}${this.whole(node.of)})`;
      }
      case 'lambda':
        return `{lambda${this.#params(node.params)}#${node.number}}`;
      case 'conversion':
        return `operator ${this.whole(node.to)}`;
      case 'param':
        // Those of the program are bound: what is left is one of a lambda.
        return `auto:${node.index + 1}`;
      case 'pack':
      case 'expansion':
        return this.#list([node]);
    }
  }

  #right(node: CppNode): string {
    switch (node.kind) {
      case 'pointer': {
        const { to } = collapsed(node);
        return `${opening(to) && ')'}${this.#side(to, 'right')}`;
      }
      case 'qualified':
        return this.#side(node.of, 'right');
      case 'function':
        return `${this.#params(node.args)}${node.end}${node.returns && this.#side(node.returns, 'right')}`;
      case 'array':
        return ` [${node.size}]${this.#side(node.of, 'right').trimStart()}`;
      case 'member pointer':
        return `${opening(node.to) && ')'}${this.#side(node.to, 'right')}`;
      default:
        return '';
    }
  }

  #params(params: readonly CppNode[]): string {
    const [first] = params;
    const isNone = params.length === 1 && first?.kind === 'text' && first.text === 'void';
    return `(${isNone ? '' : this.#list(params)})`;
  }

  #list(nodes: readonly CppNode[]): string {
    return nodes.flatMap((node) => this.#each(node)).join(', ');
  }

  #each(node: CppNode): string[] {
    if (++this.#depth > maxDepth) throw new NotReadable();
    const several =
      node.kind === 'pack' ? node.args : node.kind === 'expansion' ? expandPattern(node.of) : null;
    const texts = several === null ? [this.whole(node)] : several.flatMap((one) => this.#each(one));
    this.#depth--;
    return texts;
  }
}

/** A reference to a reference is one: of & and && it is &. */
function collapsed(node: Extract<CppNode, { kind: 'pointer' }>): Extract<CppNode, { kind: 'pointer' }> {
  let { to, sign } = node;
  for (let steps = 0; sign !== '*' && to.kind === 'pointer' && to.sign !== '*'; steps++) {
    if (steps > maxDepth) throw new NotReadable();
    if (to.sign === '&') sign = '&';
    to = to.to;
  }
  return { kind: 'pointer', to, sign };
}

/** What stands between a type and the sign of a pointer to it. */
function opening(node: CppNode): string {
  return node.kind === 'function' ? '(' : node.kind === 'array' ? ' (' : '';
}
