/** What the thread that runs a query and the one that prints its result tell each other. */
import type { ErrorKind } from '../../errors.js';
import type { OwnRule } from '../names/own-code.js';
import type { SqlValue } from './query.js';

export interface SqlTask {
  /** The trace. */
  readonly path: string;
  readonly sql: string;
  /** --from and --to. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What the columns `own` say. */
  readonly mine: OwnRule;
  /** One Int32: not 0 once the query is to stop. */
  readonly stop: SharedArrayBuffer;
}

export type SqlMessage =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  /** Some rows; the next come after a `SqlRequest`. */
  | { readonly kind: 'rows'; readonly rows: readonly SqlValue[][] }
  /** Share of the time line that was read, 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'error';
      /** Null for an internal error. */
      readonly error: ErrorKind | null;
      readonly message: string;
      readonly hint: string | undefined;
      readonly stack: string | undefined;
    };

/** Whether more rows are wanted. */
export type SqlRequest = 'more' | 'enough';
