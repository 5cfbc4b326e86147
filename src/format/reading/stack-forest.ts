/** The stacks of a window with all that they refer to, resolved: flat lists, callers before callees. */

export interface CodeFunction {
  readonly id: number;
  /** One of `functionKind`, or a number that this version does not know. */
  readonly kind: number;
  readonly name: string;
  /** Null where the interpreter does not know it (before 3.11). */
  readonly qualname: string | null;
  readonly file: string;
  /** 1-based; 0 where not known. */
  readonly firstLine: number;
  /** Of native code, where it is known: its binary's build ID, in hexadecimal (null where it has none), and where the function begins, as linked. */
  readonly place?: { readonly buildId: string | null; readonly offset: number };
}

export interface CodeFrame {
  readonly id: number;
  readonly function: CodeFunction;
  /** 1-based; 0 where the instruction belongs to no line. */
  readonly line: number;
}

export interface StackForest {
  /** Stack ids, rising. The other arrays are indexed alike. */
  readonly ids: Uint32Array;
  /** Index of the caller, smaller than the node's own; -1 for an outermost frame. */
  readonly parents: Int32Array;
  /** Index into `frames`. */
  readonly frameOf: Uint32Array;
  /** Each frame once. */
  readonly frames: readonly CodeFrame[];
}

/** Index of a stack id in the forest, or -1. */
export function findStack(forest: StackForest, id: number): number {
  return indexInSorted(forest.ids, forest.ids.length, id);
}

/** Index of `value` among the first `length` rising values, or -1. */
export function indexInSorted(values: Uint32Array, length: number, value: number): number {
  let low = 0;
  let high = length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = values[middle]!;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
