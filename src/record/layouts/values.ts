/**
 * What `dump --locals` has to know beyond the walk: where a frame keeps its variables, where their names are, and how
 * the built-in types lie in memory. Linux x86-64, measured like the rows in cpython.ts. All but the frame follows from
 * the size of an object's head, so that builds with a larger one are a number.
 */

import { moved } from './moved.js';

/** Where the names of a function's variables are. */
export type VariableNames =
  /** Three tuples: co_varnames, co_cellvars, co_freevars, whose variables follow each other in the frame (to 3.10). */
  | { readonly kind: 'tuples'; readonly locals: number; readonly cells: number; readonly free: number }
  /** One tuple, co_localsplusnames, and a byte for each, co_localspluskinds (3.11+). */
  | { readonly kind: 'kinds'; readonly names: number; readonly kinds: number };

export interface ValueLayout {
  /** Where an object's type stands; what lies before it (reference counts) may change at any time. */
  readonly type: number;
  /** Where that which is a type's own begins: the size of PyObject. */
  readonly head: number;
  readonly frame: {
    readonly localsplus: number;
    /** The dicts in which code that is no function's keeps its variables: f_locals, f_globals. */
    readonly locals: number;
    readonly globals: number;
    /** Low bits of a variable's word that are a tag: 0, or 3 (3.14+), where 1 is null and 3 a small integer. */
    readonly tag: number;
  };
  readonly code: {
    readonly argumentCount: number;
    /** null in 2.7. */
    readonly keywordOnlyCount: number | null;
    readonly names: VariableNames;
  };
  readonly tuple: { readonly size: number; readonly items: number };
  /** `items` is a pointer to them. */
  readonly list: { readonly size: number; readonly items: number };
  readonly dict: { readonly used: number };
  /** Entries are pairs of words; a deleted one has a hash of -1 where `hash` is not null. */
  readonly set: {
    readonly used: number;
    readonly mask: number;
    readonly table: number;
    readonly key: number;
    readonly hash: number | null;
  };
  /** The number of digits, with sign, and the digits. */
  readonly int: { readonly size: number; readonly digits: number };
  readonly float: number;
  readonly byteArray: { readonly size: number; readonly start: number };
  readonly cell: number;
  /** func_qualname; in 2.7 func_name. */
  readonly functionName: number;
  /** __func__ and __self__ of a method; the PyMethodDef and __self__ of a built-in function. */
  readonly method: { readonly function: number; readonly self: number };
  readonly exceptionArguments: number;
  readonly typeObject: {
    readonly dict: number;
    readonly base: number;
    readonly members: number;
    /** tp_mro */
    readonly order: number;
    /** ht_qualname; in 2.7 ht_name. */
    readonly qualname: number;
  };
  /** The fields of an array (numpy/ndarraytypes.h) and of its type of elements. */
  readonly array: {
    readonly dimensionCount: number;
    readonly dimensions: number;
    readonly elementType: number;
    readonly scalarType: number;
  };
  /** How values are written: as Python 2 or 3 does. */
  readonly literals: 'python2' | 'python3';
}

/** What 3.11 to 3.13 have in common, for a head of a size. */
function objects(head: number) {
  return {
    type: head - 8,
    head,
    tuple: { size: head, items: head + 8 },
    list: { size: head, items: head + 8 },
    dict: { used: head },
    set: { used: head + 8, mask: head + 16, table: head + 24, key: 0, hash: 8 },
    int: { size: head, digits: head + 8 },
    float: head,
    byteArray: { size: head, start: head + 24 },
    cell: head,
    functionName: head + 24,
    method: { function: head, self: head + 8 },
    exceptionArguments: head + 8,
    array: {
      dimensionCount: head + 8,
      dimensions: head + 16,
      elementType: head + 40,
      scalarType: head,
    },
    literals: 'python3',
  } as const;
}

function typeObject(head: number, qualname: number): ValueLayout['typeObject'] {
  return {
    members: head + 224,
    base: head + 240,
    dict: head + 248,
    order: head + 328,
    qualname: head + qualname,
  };
}

const plain = objects(16);

export const values3_10: ValueLayout = {
  ...plain,
  frame: { localsplus: 352, locals: 56, globals: 48, tag: 0 },
  code: {
    argumentCount: 16,
    keywordOnlyCount: 24,
    names: { kind: 'tuples', locals: 72, cells: 88, free: 80 },
  },
  typeObject: typeObject(16, 848),
};

export const values3_9: ValueLayout = {
  ...values3_10,
  frame: { ...values3_10.frame, localsplus: 360 },
  functionName: 104,
  typeObject: typeObject(16, 840),
};

export const values3_8: ValueLayout = { ...values3_9, typeObject: typeObject(16, 848) };

export const values3_7: ValueLayout = {
  ...values3_8,
  code: {
    argumentCount: 16,
    keywordOnlyCount: 20,
    names: { kind: 'tuples', locals: 64, cells: 80, free: 72 },
  },
  typeObject: typeObject(16, 832),
};

export const values3_6: ValueLayout = { ...values3_7, frame: { ...values3_7.frame, localsplus: 376 } };

/** Before 3.5 a deleted entry of a set keeps its hash. */
export const values3_4: ValueLayout = {
  ...values3_6,
  set: { ...plain.set, hash: null },
  typeObject: typeObject(16, 792),
};

export const values3_3: ValueLayout = {
  ...values3_4,
  set: { ...plain.set, key: 8, hash: null },
  byteArray: { size: 16, start: 40 },
  typeObject: typeObject(16, 784),
};

export const values2_7: ValueLayout = {
  ...values3_6,
  code: {
    argumentCount: 16,
    keywordOnlyCount: null,
    names: { kind: 'tuples', locals: 56, cells: 72, free: 64 },
  },
  dict: { used: 24 },
  set: { ...plain.set, key: 8, hash: null },
  functionName: 56,
  typeObject: typeObject(16, 840),
  literals: 'python2',
};

/** @param head size of PyObject; builds without the GIL have a larger one */
export function values3_12(head: number): ValueLayout {
  return {
    ...objects(head),
    frame: { localsplus: 72, locals: 40, globals: 24, tag: 0 },
    code: {
      argumentCount: head + 36,
      keywordOnlyCount: head + 44,
      names: { kind: 'kinds', names: head + 80, kinds: head + 88 },
    },
    typeObject: typeObject(head, 856),
  };
}

export const values3_11: ValueLayout = {
  ...values3_12(16),
  frame: { localsplus: 72, locals: 24, globals: 8, tag: 0 },
  code: { argumentCount: 56, keywordOnlyCount: 64, names: { kind: 'kinds', names: 96, kinds: 104 } },
  typeObject: typeObject(16, 848),
};

/** Locals are tagged, and a tuple keeps its hash. */
export function values3_14(head: number): ValueLayout {
  const before = values3_12(head);
  return {
    ...before,
    frame: { ...before.frame, localsplus: 80, tag: 3 },
    tuple: { size: head, items: head + 16 },
  };
}

export function values3_15(head: number): ValueLayout {
  return { ...values3_14(head), typeObject: typeObject(head, 864) };
}

/** The row for a build whose objects have a head that is longer by some bytes. @param isFrameObject whether a frame is one */
export function withLongerHead(
  { frame, code, set, ...rest }: ValueLayout,
  added: number,
  isFrameObject: boolean,
): ValueLayout {
  const { names } = code;
  const ofFrame = isFrameObject ? added : 0;
  return {
    ...moved(rest, added),
    frame: { ...moved(frame, ofFrame), tag: frame.tag },
    code: {
      argumentCount: code.argumentCount + added,
      keywordOnlyCount: code.keywordOnlyCount === null ? null : code.keywordOnlyCount + added,
      names: moved(names, added),
    },
    set: { ...moved(set, added), key: set.key, hash: set.hash },
  };
}

/**
 * The row with what an interpreter's own table says.
 * @param take a field of the table, checked against the size of its structure
 */
export function applyValueTable(
  values: ValueLayout,
  take: (group: string, name: string, width?: number) => number,
  hasSets: boolean,
): ValueLayout {
  const argumentCount = take('code_object', 'argcount', 4);
  const between = (values.code.keywordOnlyCount ?? 0) - values.code.argumentCount;
  return {
    ...values,
    type: take('pyobject', 'ob_type'),
    frame: { ...values.frame, localsplus: take('interpreter_frame', 'localsplus') },
    code: {
      argumentCount,
      keywordOnlyCount: argumentCount + between,
      names: {
        kind: 'kinds',
        names: take('code_object', 'localsplusnames'),
        kinds: take('code_object', 'localspluskinds'),
      },
    },
    tuple: { size: take('tuple_object', 'ob_size'), items: take('tuple_object', 'ob_item') },
    list: { size: take('list_object', 'ob_size'), items: take('list_object', 'ob_item') },
    int: { size: take('long_object', 'lv_tag'), digits: take('long_object', 'ob_digit', 4) },
    float: take('float_object', 'ob_fval'),
    set: hasSets
      ? {
          ...values.set,
          used: take('set_object', 'used'),
          mask: take('set_object', 'mask'),
          table: take('set_object', 'table'),
        }
      : values.set,
  };
}
