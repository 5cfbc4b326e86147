/** Puts arguments of templates where their parameters stand. */
import { type CppNode, mapNode, maxDepth, maxPieces } from './cpp-nodes.js';
import { NotReadable } from './not-readable.js';

/**
 * A tree with the arguments of its template. A part of a name that is referred to from elsewhere can have another there.
 * @throws NotReadable where there is no such argument
 */
export function bindParams(node: CppNode, args: readonly CppNode[]): CppNode {
  const bound = new Map<CppNode, CppNode>();
  let depth = 0;
  const bind = (one: CppNode): CppNode => {
    let result = bound.get(one);
    if (result !== undefined) return result;
    if (++depth > maxDepth || bound.size > maxPieces) throw new NotReadable();
    result = one.kind === 'param' ? argument(bindable(args, one.index)) : mapNode(one, bind);
    depth--;
    bound.set(one, result);
    return result;
  };
  // An argument can be made of those before it.
  const bindable = (of: readonly CppNode[], index: number): CppNode => {
    const arg = of[index];
    if (arg === undefined) throw new NotReadable();
    return bind(arg);
  };
  return bind(node);
}

function argument(arg: CppNode): CppNode {
  return arg.kind === 'pack' ? { ...arg, isOne: true } : arg;
}

/** A pattern once for each argument of the pack in it. @throws NotReadable where there is none */
export function expandPattern(pattern: CppNode): CppNode[] {
  const pack = findPack(pattern, { left: maxPieces });
  if (pack === null) throw new NotReadable();
  let pieces = 0;
  const pick = (node: CppNode, index: number): CppNode => {
    if (++pieces > maxPieces) throw new NotReadable();
    if (node.kind !== 'pack' || !node.isOne) return mapNode(node, (child) => pick(child, index));
    const arg = node.args[index];
    if (arg === undefined) throw new NotReadable();
    return arg;
  };
  return pack.map((_, index) => pick(pattern, index));
}

function findPack(node: CppNode, budget: { left: number }): readonly CppNode[] | null {
  if (--budget.left < 0) throw new NotReadable();
  if (node.kind === 'pack' && node.isOne) return node.args;
  let found: readonly CppNode[] | null = null;
  mapNode(node, (child) => {
    found ??= findPack(child, budget);
    return child;
  });
  return found;
}
