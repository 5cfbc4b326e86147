/**
 * Strings, functions, frames and stacks of a trace, looked up when they are needed: what a window costs follows
 * the window, not the file. Every reference is checked; a parent is smaller than its child, so nothing can go round.
 */
import { compareText } from '../../compare-text.js';
import { ColumnReader, cappedText, damagedTrace, type Row } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import { type FrameRow, functionKind, type StackRow } from '../vocabulary.js';
import { type CodeFrame, type CodeFunction, indexInSorted, type StackForest } from './stack-forest.js';
import { missingRow, StackRows } from './stack-rows.js';

/** Of names and paths, in UTF-16 units: what the recorder keeps of one. */
const maxNameLength = 4096;

/** A binary, and how many of its functions are in stacks. */
export interface BinaryFunctions {
  readonly file: string;
  /** Hexadecimal; null where it has none, or files of earlier versions do not say. */
  readonly buildId: string | null;
  readonly functions: number;
}

export class Dictionaries {
  readonly #db: TraceDatabase;
  readonly #strings = new Map<number, string>();
  /** Of all that were read, in UTF-16 units. */
  #textLength = 0;
  readonly #functions = new Map<number, CodeFunction>();
  readonly #frames = new Map<number, CodeFrame>();
  readonly #stacks: StackRows;
  /** Columns that say where native code is; files of earlier versions lack them. */
  readonly #places: string;

  constructor(db: TraceDatabase) {
    this.#db = db;
    this.#stacks = new StackRows(db);
    this.#places =
      db.has('function', 'build_id') && db.has('function', 'code_offset')
        ? 'build_id, code_offset'
        : 'NULL AS build_id, NULL AS code_offset';
  }

  /** @throws PyspyError of kind "trace" where there is no such string */
  string(id: number): string {
    const known = this.#strings.get(id);
    if (known !== undefined) return known;
    const row = this.#db.query(`SELECT ${cappedText('text')} FROM string WHERE string_id = ?`).get(id);
    if (row === undefined) throw missingRow(this.#db.path, 'string', id);
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
      .query(
        `SELECT kind, name_id, qualname_id, file_id, first_line, ${this.#places} FROM function WHERE function_id = ?`,
      )
      .get(id);
    if (row === undefined) throw missingRow(this.#db.path, 'function', id);
    const read = new ColumnReader(this.#db.path, 'function');
    const qualname = read.optionalInteger(row, 'qualname_id');
    const code: CodeFunction = {
      id,
      kind: read.integer(row, 'kind'),
      name: this.string(read.integer(row, 'name_id')),
      qualname: qualname === null ? null : this.string(qualname),
      file: this.string(read.integer(row, 'file_id')),
      firstLine: read.integer(row, 'first_line'),
      ...this.#placeOf(row),
    };
    this.#functions.set(id, code);
    return code;
  }

  #placeOf(row: Row): Pick<CodeFunction, 'place'> {
    const read = new ColumnReader(this.#db.path, 'function');
    const offset = read.optionalInteger(row, 'code_offset');
    const build = read.optionalInteger(row, 'build_id');
    return offset === null ? {} : { place: { buildId: build === null ? null : this.string(build), offset } };
  }

  /** Binaries that native functions are of, by path. @throws PyspyError of kind "trace" as `function` does */
  binaries(): BinaryFunctions[] {
    const read = new ColumnReader(this.#db.path, 'function');
    const rows = this.#db.query(
      `SELECT file_id, build_id, count(*) AS functions FROM (SELECT kind, file_id, ${this.#places} FROM function)
       WHERE kind IN (${functionKind.native}, ${functionKind.loop}) GROUP BY file_id, build_id`,
    );
    const found = [...rows.iterate()].map((row): BinaryFunctions => {
      const build = read.optionalInteger(row, 'build_id');
      return {
        file: this.string(read.integer(row, 'file_id')),
        buildId: build === null ? null : this.string(build),
        functions: read.integer(row, 'functions'),
      };
    });
    return found
      .filter(({ file }) => file !== '')
      .sort((a, b) => compareText(a.file, b.file) || compareText(a.buildId ?? '', b.buildId ?? ''));
  }

  /** @throws PyspyError of kind "trace" where there is no such frame, or it refers to nothing */
  frame(id: number): CodeFrame {
    const known = this.#frames.get(id);
    if (known !== undefined) return known;
    const row = this.#db.query('SELECT function_id, line FROM frame WHERE frame_id = ?').get(id);
    if (row === undefined) throw missingRow(this.#db.path, 'frame', id);
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
  stacks(): Generator<StackRow, void> {
    return this.#stacks.all();
  }

  /**
   * The stacks with these ids (0, the empty one, is left out) and all their callers.
   * @throws PyspyError of kind "trace" where one is missing or a parent does not come before its child
   */
  forest(stackIds: Iterable<number>): StackForest {
    const wanted = Uint32Array.from(new Set(stackIds)).sort();
    const { ids, parentIds, frameIds } = this.#stacks.withCallers(wanted);
    const parents = new Int32Array(ids.length);
    const frameOf = new Uint32Array(ids.length);
    const frames: CodeFrame[] = [];
    const indexOfFrame = new Map<number, number>();
    for (let i = 0; i < ids.length; i++) {
      const parentId = parentIds[i]!;
      parents[i] = parentId === 0 ? -1 : indexInSorted(ids, i, parentId);
      if (parentId !== 0 && parents[i] === -1) throw missingRow(this.#db.path, 'stack', parentId);
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
}

/** A name that is longer than the recorder keeps ends as that does: thousands of functions may have the same one. */
function cutText(text: string): string {
  return text.length <= maxNameLength ? text : `${text.slice(0, maxNameLength).toWellFormed()}…`;
}
