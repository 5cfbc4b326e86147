/** Functions and who called whom: what pstats and callgrind files are made of. */

export interface GraphFunction {
  readonly name: string;
  /** Empty where not known. */
  readonly file: string;
  /** 1-based; 0 where not known. */
  readonly firstLine: number;
  /** Anywhere on the stack, recursion once. */
  readonly total: GraphCost;
  readonly self: GraphCost;
  /** The same by line, 0 where not known; adds up to `self`. */
  readonly lines: readonly { readonly line: number; readonly self: GraphCost }[];
}

/** Calls of a function by another, or by itself. */
export interface GraphCall {
  /** Indexes into the functions. */
  readonly caller: number;
  readonly callee: number;
  /** Line of the caller; 0 where not known, or not told apart. */
  readonly line: number;
  /** While the call was on the stack, recursion once. */
  readonly total: GraphCost;
  /** While the callee was innermost. */
  readonly self: GraphCost;
}

export interface GraphCost {
  readonly samples: number;
  readonly ns: number;
}

export interface CallGraph {
  readonly functions: readonly GraphFunction[];
  readonly calls: readonly GraphCall[];
  readonly total: GraphCost;
}
