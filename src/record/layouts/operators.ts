/**
 * Instructions on behalf of which the interpreter calls functions of fixed names, with what it rewrites them to. From
 * Include/opcode.h (to 3.12), Include/opcode_ids.h (3.13), and what 3.14.8 and 3.15.0 say in opcode.opmap and
 * opcode._specialized_opmap.
 */
import { type Opcodes, opcodeSet } from './opcodes.js';

/** What an instruction does, as far as that decides which functions it can call. */
export type OperatorKind =
  | 'binary'
  | 'unary'
  | 'truth'
  | 'compare'
  | 'subscript'
  /** Builds a set or a dict, or adds to one. */
  | 'build'
  /** Loads an attribute, of an object or of `super()`. */
  | 'load'
  | 'super'
  /** Sets or deletes an attribute. */
  | 'store'
  /** Enters a `with` block. */
  | 'enter'
  /** Leaves one because of an exception. */
  | 'exit'
  /** Takes items from an iterator, or waits for something. */
  | 'iterate'
  | 'format'
  | 'import';

/** Kinds by opcode. */
export type Operators = ReadonlyMap<number, OperatorKind>;

function operators(rows: Readonly<Record<OperatorKind, Opcodes>>): Operators {
  const kinds = new Map<number, OperatorKind>();
  for (const [kind, opcodes] of Object.entries(rows) as [OperatorKind, Opcodes][])
    for (const opcode of opcodeSet(opcodes)) kinds.set(opcode, kind);
  return kinds;
}

/** Before 3.6 instructions are of different lengths, and are not read. */
export const noOperators: Operators = new Map();

export const operators3_6: Operators = operators({
  binary: [16, 17, 19, 20, [22, 24], [26, 29], [55, 57], 59, [62, 67], [75, 79]],
  unary: [10, 11, 15],
  truth: [12, 111, 112, 114, 115],
  compare: [107],
  subscript: [25, 60, 61],
  build: [104, 105, 146, 147, 150, 151, 153, 156],
  load: [106, 160],
  super: [],
  store: [95, 96],
  enter: [52, 143, 154],
  exit: [81],
  iterate: [50, 51, 68, 69, 72, 73, [92, 94]],
  format: [155],
  import: [108, 109],
});

export const operators3_9: Operators = operators({
  binary: [16, 17, 19, 20, [22, 24], [26, 29], [55, 57], 59, [62, 67], [75, 79]],
  unary: [10, 11, 15],
  truth: [12, 111, 112, 114, 115],
  compare: [107, 118],
  subscript: [25, 60, 61],
  build: [104, 105, 146, 147, 156, [163, 165]],
  load: [106, 160],
  super: [],
  store: [95, 96],
  enter: [52, 143, 154],
  exit: [49],
  iterate: [50, 51, 68, 69, 72, 73, [92, 94], 162],
  format: [155],
  import: [108, 109],
});

export const operators3_11: Operators = operators({
  binary: [[3, 8], 13, 14, 16, 122],
  unary: [10, 11, 15],
  truth: [12, 111, 112, 114, 115, 128, 129, [173, 176]],
  compare: [[26, 29], 107, 118],
  subscript: [[17, 21], 25, 60, 61, [168, 170]],
  build: [104, 105, 146, 147, 156, [163, 165]],
  load: [[39, 43], [56, 59], 62, 63, 106, 160],
  super: [],
  store: [95, 96, 153, 154, 158, 159],
  enter: [52, 53],
  exit: [49],
  iterate: [50, 51, 68, 69, [92, 94], 123, 131, 162, [177, 180]],
  format: [155],
  import: [108, 109],
});

export const operators3_12: Operators = operators({
  binary: [[6, 8], 10, 13, 14, 16, 18, 122],
  unary: [11, 15],
  truth: [12, 114, 115, 128, 129, 238, 239, 249, 250],
  compare: [[57, 59], 107, 118],
  subscript: [[19, 22], [25, 27], 60, 61, 159, 160],
  build: [104, 105, 146, 147, 156, [163, 165]],
  load: [70, 72, 73, [76, 82], 106],
  super: [66, 67, 141, 237],
  store: [95, 96, 113, 148, 153],
  enter: [52, 53],
  exit: [49],
  iterate: [50, 51, [62, 65], 68, 69, [92, 94], 123, 131, 161, 162, [166, 168], 248],
  format: [155],
  import: [108, 109],
});

export const operators3_13: Operators = operators({
  binary: [3, 45, [150, 156]],
  unary: [41, 42],
  truth: [40, 43, [97, 100], [214, 219], [250, 253]],
  compare: [58, 59, [182, 186]],
  subscript: [4, 5, 9, 38, 39, [157, 161], 212, 213],
  build: [46, 48, 49, 68, 69, 95, 105, 107],
  load: [82, [191, 202]],
  super: [93, 205, 206, 242],
  store: [63, 108, [209, 211]],
  enter: [1, 2],
  exit: [44],
  iterate: [16, 18, 19, 21, 72, 73, 81, 104, 116, 117, [187, 190], 208, [220, 222], 243],
  format: [14, 15, 60],
  import: [74, 75],
});

export const operators3_14: Operators = operators({
  binary: [3, 44, [129, 142]],
  unary: [40, 41],
  truth: [39, 42, [100, 103], [203, 208], [241, 244]],
  compare: [56, 57, [166, 170]],
  subscript: [1, 8, 37, 38, 201, 202],
  build: [47, 48, 66, 67, 98, 107, 109],
  load: [80, [177, 189]],
  super: [96, 194, 195, 249],
  store: [61, 110, [198, 200]],
  enter: [95],
  exit: [43],
  iterate: [[14, 16], 19, 70, 71, 79, 106, 118, 119, [171, 174], 197, [209, 211], 237],
  format: [12, 13, 58],
  import: [72, 73],
});

export const operators3_15: Operators = operators({
  binary: [3, 42, [129, 143]],
  unary: [38, 39],
  truth: [37, 40, [99, 102], [210, 215], [240, 243]],
  compare: [54, 55, [169, 173]],
  subscript: [1, 8, 35, 36, 208, 209],
  build: [45, 46, 64, 65, 97, 106, 108],
  load: [79, [183, 195]],
  super: [95, 198, 199, 248],
  store: [59, 109, [205, 207]],
  enter: [94],
  exit: [41],
  iterate: [14, 15, [68, 70], 78, 105, 117, 118, [174, 180], [202, 204], [216, 218], 236],
  format: [12, 13, 56],
  import: [71, 72],
});
