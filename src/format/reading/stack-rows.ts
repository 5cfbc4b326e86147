/** The rows of table `stack`, one by one or in bulk: each parent is checked to come before its child. */
import { ColumnReader, damagedTrace } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import type { StackRow } from '../vocabulary.js';
import { indexInSorted } from './stack-forest.js';

/** From this many stacks on it pays to look whether reading the whole table is cheaper than single rows. */
const bulkFrom = 2_000;
/** Memory has a bound. */
const rememberedNodes = 200_000;
/** A row read in bulk costs about an eighth of one looked up. */
const bulkShare = 8;

interface StackNode {
  readonly parent: number;
  readonly frame: number;
}

/** Stacks, each with its caller. */
export interface StackTable {
  /** Rising; every parent is among them. */
  readonly ids: Uint32Array;
  readonly parentIds: Uint32Array;
  readonly frameIds: Float64Array;
}

export class StackRows {
  readonly #db: TraceDatabase;
  /** Rows of `stack` that were looked up last: stacks that are asked for one by one share their callers. */
  readonly #nodes = new Map<number, StackNode>();

  constructor(db: TraceDatabase) {
    this.#db = db;
  }

  /** All stacks, by id: callers first. @throws PyspyError of kind "trace" */
  *all(): Generator<StackRow, void> {
    const read = new ColumnReader(this.#db.path, 'stack');
    for (const row of this.#db
      .query('SELECT stack_id, parent_id, frame_id FROM stack ORDER BY stack_id')
      .iterate()) {
      const id = read.integer(row, 'stack_id', 1);
      yield {
        id,
        parent: this.#checkParent(id, read.integer(row, 'parent_id')),
        frame: read.integer(row, 'frame_id'),
      };
    }
  }

  /**
   * The rows with these ids (0, the empty stack, is left out) and those of all their callers.
   * @param wanted rising
   * @throws PyspyError of kind "trace" where one is missing or a parent does not come before its child
   */
  withCallers(wanted: Uint32Array): StackTable {
    return this.#readInBulk(wanted) ?? this.#readSingly(wanted);
  }

  #readSingly(wanted: Uint32Array): StackTable {
    const read = new ColumnReader(this.#db.path, 'stack');
    const query = this.#db.query('SELECT parent_id, frame_id FROM stack WHERE stack_id = ?');
    const found = new Map<number, StackNode>();
    const pending = Array.from(wanted).filter((id) => id !== 0);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (found.has(id)) continue;
      let node = this.#nodes.get(id);
      if (node === undefined) {
        const row = query.get(id);
        if (row === undefined) throw missingRow(this.#db.path, 'stack', id);
        node = {
          parent: this.#checkParent(id, read.integer(row, 'parent_id')),
          frame: read.integer(row, 'frame_id'),
        };
        if (this.#nodes.size >= rememberedNodes) this.#nodes.clear();
        this.#nodes.set(id, node);
      }
      found.set(id, node);
      if (node.parent !== 0 && !found.has(node.parent)) pending.push(node.parent);
    }
    const ids = Uint32Array.from(found.keys()).sort();
    return {
      ids,
      parentIds: Uint32Array.from(ids, (id) => found.get(id)!.parent),
      frameIds: Float64Array.from(ids, (id) => found.get(id)!.frame),
    };
  }

  /** null where single look-ups are cheaper. */
  #readInBulk(wanted: Uint32Array): StackTable | null {
    const last = wanted[wanted.length - 1] ?? 0;
    if (wanted.length < bulkFrom || wanted.length * bulkShare < last) return null;
    const read = new ColumnReader(this.#db.path, 'stack');
    // `last` is at most eight times what is in memory already.
    const ids = new Uint32Array(last);
    const parentIds = new Uint32Array(last);
    const frameIds = new Float64Array(last);
    let count = 0;
    const rows = this.#db
      .query(
        'SELECT stack_id, parent_id, frame_id FROM stack WHERE stack_id BETWEEN 1 AND ? ORDER BY stack_id',
      )
      .iterate(last);
    for (const row of rows) {
      const id = read.integer(row, 'stack_id', 1);
      if (count === last || (count > 0 && id <= ids[count - 1]!))
        throw damagedTrace(this.#db.path, `its stacks are out of order at ${id}`);
      ids[count] = id;
      parentIds[count] = this.#checkParent(id, read.integer(row, 'parent_id'));
      frameIds[count] = read.integer(row, 'frame_id');
      count++;
    }
    const needed = new Uint8Array(count);
    for (const id of wanted) {
      if (id === 0) continue;
      const at = indexInSorted(ids, count, id);
      if (at === -1) throw missingRow(this.#db.path, 'stack', id);
      needed[at] = 1;
    }
    for (let at = count - 1; at >= 0; at--) {
      const parentId = parentIds[at]!;
      if (needed[at] === 0 || parentId === 0) continue;
      const parent = indexInSorted(ids, at, parentId);
      if (parent === -1) throw missingRow(this.#db.path, 'stack', parentId);
      needed[parent] = 1;
    }
    const isNeeded = (_: number, at: number) => needed[at] === 1;
    return {
      ids: ids.subarray(0, count).filter(isNeeded),
      parentIds: parentIds.subarray(0, count).filter(isNeeded),
      frameIds: frameIds.subarray(0, count).filter(isNeeded),
    };
  }

  #checkParent(id: number, parent: number): number {
    if (parent >= id) throw damagedTrace(this.#db.path, `stack ${id} says that ${parent} is its caller`);
    return parent;
  }
}

export function missingRow(path: string, table: string, id: number): Error {
  return damagedTrace(path, `${table} ${id} is not there, and something refers to it`);
}
