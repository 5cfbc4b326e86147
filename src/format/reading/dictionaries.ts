/**
 * Strings, functions, frames and stacks of a trace, looked up when they are needed: what a window costs follows
 * the window, not the file. Every reference is checked; a parent is smaller than its child, so nothing can go round.
 */
import { ColumnReader, cappedText, damagedTrace } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import type { FrameRow, StackRow } from '../vocabulary.js';
import { type CodeFrame, type CodeFunction, indexInSorted, type StackForest } from './stack-forest.js';

/** From this many stacks on it pays to look whether reading the whole table is cheaper than single rows. */
const bulkFrom = 2_000;
/** Memory has a bound. */
const rememberedNodes = 200_000;
/** A row read in bulk costs about an eighth of one looked up. */
const bulkShare = 8;

/** Of names and paths, in UTF-16 units: what the recorder keeps of one. */
const maxNameLength = 4096;

export class Dictionaries {
  readonly #db: TraceDatabase;
  readonly #strings = new Map<number, string>();
  /** Of all that were read, in UTF-16 units. */
  #textLength = 0;
  readonly #functions = new Map<number, CodeFunction>();
  readonly #frames = new Map<number, CodeFrame>();
  /** Rows of `stack` that were looked up last: stacks that are asked for one by one share their callers. */
  readonly #nodes = new Map<number, StackNode>();

  constructor(db: TraceDatabase) {
    this.#db = db;
  }

  /** @throws PyspyError of kind "trace" where there is no such string */
  string(id: number): string {
    const known = this.#strings.get(id);
    if (known !== undefined) return known;
    const row = this.#db.query(`SELECT ${cappedText('text')} FROM string WHERE string_id = ?`).get(id);
    if (row === undefined) throw this.#missing('string', id);
    const whole = new ColumnReader(this.#db.path, 'string').text(row, 'text');
    // Rows may share the pages that hold what has no room in them.
    this.#textLength += whole.length;
    if (this.#textLength > this.#db.bytes)
      throw damagedTrace(this.#db.path, 'its texts are longer than the file');
    const text = cutText(whole);
    this.#strings.set(id, text);
    return text;
  }

  /** @throws PyspyError of kind "trace" where there is no such function, or it refers to nothing */
  function(id: number): CodeFunction {
    const known = this.#functions.get(id);
    if (known !== undefined) return known;
    const row = this.#db
      .query('SELECT kind, name_id, qualname_id, file_id, first_line FROM function WHERE function_id = ?')
      .get(id);
    if (row === undefined) throw this.#missing('function', id);
    const read = new ColumnReader(this.#db.path, 'function');
    const qualname = read.optionalInteger(row, 'qualname_id');
    const code: CodeFunction = {
      id,
      kind: read.integer(row, 'kind'),
      name: this.string(read.integer(row, 'name_id')),
      qualname: qualname === null ? null : this.string(qualname),
      file: this.string(read.integer(row, 'file_id')),
      firstLine: read.integer(row, 'first_line'),
    };
    this.#functions.set(id, code);
    return code;
  }

  /** @throws PyspyError of kind "trace" where there is no such frame, or it refers to nothing */
  frame(id: number): CodeFrame {
    const known = this.#frames.get(id);
    if (known !== undefined) return known;
    const row = this.#db.query('SELECT function_id, line FROM frame WHERE frame_id = ?').get(id);
    if (row === undefined) throw this.#missing('frame', id);
    const read = new ColumnReader(this.#db.path, 'frame');
    const frame: CodeFrame = {
      id,
      function: this.function(read.integer(row, 'function_id')),
      line: read.integer(row, 'line'),
    };
    this.#frames.set(id, frame);
    return frame;
  }

  /** All functions, by id. @throws PyspyError of kind "trace" as `function` does */
  *functions(): Generator<CodeFunction, void> {
    const read = new ColumnReader(this.#db.path, 'function');
    for (const row of this.#db.query('SELECT function_id FROM function ORDER BY function_id').iterate())
      yield this.function(read.integer(row, 'function_id'));
  }

  /** All frames, by id. @throws PyspyError of kind "trace" */
  *frames(): Generator<FrameRow, void> {
    const read = new ColumnReader(this.#db.path, 'frame');
    for (const row of this.#db
      .query('SELECT frame_id, function_id, line FROM frame ORDER BY frame_id')
      .iterate())
      yield {
        id: read.integer(row, 'frame_id'),
        function: read.integer(row, 'function_id'),
        line: read.integer(row, 'line'),
      };
  }

  /** All stacks, by id: callers first. @throws PyspyError of kind "trace" */
  *stacks(): Generator<StackRow, void> {
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
   * The stacks with these ids (0, the empty one, is left out) and all their callers.
   * @throws PyspyError of kind "trace" where one is missing or a parent does not come before its child
   */
  forest(stackIds: Iterable<number>): StackForest {
    const wanted = Uint32Array.from(new Set(stackIds)).sort();
    const rows = this.#readInBulk(wanted) ?? this.#readSingly(wanted);
    const { ids, parentIds, frameIds } = rows;
    const parents = new Int32Array(ids.length);
    const frameOf = new Uint32Array(ids.length);
    const frames: CodeFrame[] = [];
    const indexOfFrame = new Map<number, number>();
    for (let i = 0; i < ids.length; i++) {
      const parentId = parentIds[i]!;
      parents[i] = parentId === 0 ? -1 : indexInSorted(ids, i, parentId);
      if (parentId !== 0 && parents[i] === -1) throw this.#missing('stack', parentId);
      const frameId = frameIds[i]!;
      let at = indexOfFrame.get(frameId);
      if (at === undefined) {
        at = frames.length;
        frames.push(this.frame(frameId));
        indexOfFrame.set(frameId, at);
      }
      frameOf[i] = at;
    }
    return { ids, parents, frameOf, frames };
  }

  #readSingly(wanted: Uint32Array): StackRows {
    const read = new ColumnReader(this.#db.path, 'stack');
    const query = this.#db.query('SELECT parent_id, frame_id FROM stack WHERE stack_id = ?');
    const found = new Map<number, StackNode>();
    const pending = Array.from(wanted).filter((id) => id !== 0);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (found.has(id)) continue;
      let node = this.#nodes.get(id);
      if (node === undefined) {
        const row = query.get(id);
        if (row === undefined) throw this.#missing('stack', id);
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
  #readInBulk(wanted: Uint32Array): StackRows | null {
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
      if (at === -1) throw this.#missing('stack', id);
      needed[at] = 1;
    }
    for (let at = count - 1; at >= 0; at--) {
      const parentId = parentIds[at]!;
      if (needed[at] === 0 || parentId === 0) continue;
      const parent = indexInSorted(ids, at, parentId);
      if (parent === -1) throw this.#missing('stack', parentId);
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

  #missing(table: string, id: number): Error {
    return damagedTrace(this.#db.path, `${table} ${id} is not there, and something refers to it`);
  }
}

/** A name that is longer than the recorder keeps ends as that does: thousands of functions may have the same one. */
function cutText(text: string): string {
  return text.length <= maxNameLength ? text : `${text.slice(0, maxNameLength).toWellFormed()}…`;
}

interface StackNode {
  readonly parent: number;
  readonly frame: number;
}

interface StackRows {
  /** Rising; every parent is among them. */
  readonly ids: Uint32Array;
  readonly parentIds: Uint32Array;
  readonly frameIds: Float64Array;
}
