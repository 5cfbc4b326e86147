/** Functions that the interpreter calls on behalf of an instruction which is no call (Objects/typeobject.c, slotdefs). */
import type { OperatorKind } from '../layouts/operators.js';

const numbers = 'add sub mul matmul truediv floordiv div mod divmod pow lshift rshift and xor or'.split(' ');

/** What can be called wherever keys of dicts and members of sets are compared. */
const keys = ['hash', 'eq'];

const attribute = ['get', 'getattr', 'getattribute'];

const special: Readonly<Record<OperatorKind, readonly string[]>> = {
  // From 3.14 on x[y] is a binary operator; "%" writes values into a str.
  binary: [
    ...numbers.flatMap((name) => [name, `r${name}`, `i${name}`]),
    ...['getitem', 'class_getitem', 'missing', 'index', 'str', 'repr', 'format', ...keys],
  ],
  unary: ['neg', 'pos', 'invert'],
  truth: ['bool', 'len', 'nonzero'],
  compare: ['lt', 'le', 'eq', 'ne', 'gt', 'ge', 'cmp', 'contains', 'iter', 'next', 'getitem', 'hash', 'bool'],
  subscript: ['getitem', 'setitem', 'delitem', 'missing', 'class_getitem', 'index', ...keys],
  build: [...keys, 'iter', 'next', 'len', 'getitem'],
  load: attribute,
  super: attribute,
  store: ['set', 'setattr', 'delete', 'delattr'],
  enter: ['enter', 'aenter'],
  exit: ['exit', 'aexit'],
  iterate: ['iter', 'next', 'aiter', 'anext', 'await', 'getitem', 'len', 'length_hint'],
  format: ['format', 'str', 'repr'],
  import: ['import', 'getattr'],
};

/** The import system's own (Python/import.c). */
const importers = ['_find_and_load', '_handle_fromlist'];

const names = new Map(
  (Object.entries(special) as [OperatorKind, readonly string[]][]).map(([kind, list]) => [
    kind,
    new Set([...list.map((name) => `__${name}__`), ...(kind === 'import' ? importers : [])]),
  ]),
);

/**
 * @param callee co_name
 * @param attribute that the instruction names, if it does: a property is called so
 */
export function callsFor(kind: OperatorKind, callee: string, attribute: string | null): boolean {
  return names.get(kind)!.has(callee) || (attribute !== null && callee === attribute);
}
