/** Names and types of C++ as trees. */

/** Nodes share children: a tree can be far larger as text than as nodes. */
export type CppNode =
  /** `base` and `whole` where constructors of it are called otherwise: `std::string` is one of `basic_string`. */
  | { readonly kind: 'text'; readonly text: string; readonly base?: string; readonly whole?: string }
  | { readonly kind: 'template'; readonly of: CppNode; readonly args: readonly CppNode[] }
  | { readonly kind: 'member'; readonly scope: CppNode; readonly name: CppNode }
  | { readonly kind: 'pointer'; readonly to: CppNode; readonly sign: '*' | '&' | '&&' }
  | { readonly kind: 'qualified'; readonly of: CppNode; readonly words: string }
  | {
      readonly kind: 'function';
      readonly returns: CppNode | null;
      readonly args: readonly CppNode[];
      readonly end: string;
    }
  | { readonly kind: 'array'; readonly of: CppNode; readonly size: string }
  | { readonly kind: 'member pointer'; readonly scope: CppNode; readonly to: CppNode }
  /** A function with its parameters: what a local name is in. */
  | {
      readonly kind: 'call';
      readonly name: CppNode;
      /** Of a template alone; shown by an address. */
      readonly returns: CppNode | null;
      readonly args: readonly CppNode[];
      readonly end: string;
    }
  | { readonly kind: 'address'; readonly of: CppNode }
  | { readonly kind: 'lambda'; readonly params: readonly CppNode[]; readonly number: number }
  | { readonly kind: 'conversion'; readonly to: CppNode }
  /** An argument of the template that it is read in, until it is bound. */
  | { readonly kind: 'param'; readonly index: number }
  /** Arguments that stand as one. `isOne` where they are meant one by one, in an expansion. */
  | { readonly kind: 'pack'; readonly args: readonly CppNode[]; readonly isOne: boolean }
  /** A pattern, once for each argument of the pack in it. */
  | { readonly kind: 'expansion'; readonly of: CppNode };

/** Pieces that a name is put together of, and how deep they lie in each other. */
export const maxPieces = 10_000;
export const maxDepth = 200;

/** The same node with other children. */
export function mapNode(node: CppNode, map: (child: CppNode) => CppNode): CppNode {
  switch (node.kind) {
    case 'text':
    case 'param':
    case 'lambda':
      return node;
    case 'template':
      return { ...node, of: map(node.of), args: node.args.map(map) };
    case 'member':
      return { ...node, scope: map(node.scope), name: map(node.name) };
    case 'pointer':
    case 'conversion':
      return { ...node, to: map(node.to) };
    case 'qualified':
    case 'array':
    case 'address':
    case 'expansion':
      return { ...node, of: map(node.of) };
    case 'function':
      return { ...node, returns: node.returns && map(node.returns), args: node.args.map(map) };
    case 'call':
      return {
        ...node,
        name: map(node.name),
        returns: node.returns && map(node.returns),
        args: node.args.map(map),
      };
    case 'member pointer':
      return { ...node, scope: map(node.scope), to: map(node.to) };
    case 'pack':
      return { ...node, args: node.args.map(map) };
  }
}
