/** The tables of a query but for the samples: filled from the trace when the query names them. docs/sql.md has their columns. */
import type Database from 'better-sqlite3';
import type { TraceReader } from '../../format/reading/reader.js';
import { functionName } from '../names/code-name.js';
import type { OwnCode } from '../names/own-code.js';
import { startTime } from '../window/figure.js';

type Value = string | number | bigint | null;

interface QueryTable {
  /** Columns with their types. */
  readonly columns: string;
  rows(reader: TraceReader, own: OwnCode): Iterable<readonly Value[]>;
}

const seconds = (ns: number): number => ns / 1e9;

const tables: Readonly<Record<string, QueryTable>> = {
  recording: {
    columns: `recording_id INTEGER PRIMARY KEY, host TEXT, recorder TEXT, rate_hz REAL, started TEXT, offset_s REAL,
      kept_from_s REAL, ended_s REAL, end_reason TEXT`,
    rows: ({ recordings }) =>
      recordings.map((row) => [
        row.id,
        row.host.name,
        row.recorder,
        row.rateHz,
        startTime(row.startedUtcNs),
        seconds(row.offsetNs),
        seconds(row.keptFromNs),
        row.end && seconds(row.end.endedNs),
        row.end?.reason ?? null,
      ]),
  },
  process: {
    columns: `process_id INTEGER PRIMARY KEY, recording_id INTEGER, parent_id INTEGER, pid INTEGER, command TEXT,
      executable TEXT, cwd TEXT, python TEXT, first_s REAL`,
    rows: (reader) =>
      reader
        .processes()
        .map((row) => [
          row.id,
          row.recording,
          row.parent,
          row.pid,
          row.command.join(' '),
          row.executable,
          row.cwd,
          row.pythonVersion,
          seconds(row.firstNs),
        ]),
  },
  thread: {
    columns: `thread_id INTEGER PRIMARY KEY, process_id INTEGER, python_thread_id, os_thread_id INTEGER, name TEXT,
      first_s REAL`,
    rows: (reader) =>
      reader
        .threads()
        .map((row) => [
          row.id,
          row.process.id,
          row.pythonId < 2n ** 63n ? row.pythonId : String(row.pythonId),
          row.osId,
          row.names.at(-1)?.name ?? null,
          seconds(row.firstNs),
        ]),
  },
  thread_name: {
    columns: 'thread_id INTEGER, since_s REAL, name TEXT',
    rows: (reader) =>
      reader.threads().flatMap(({ id, names }) => names.map((row) => [id, seconds(row.sinceNs), row.name])),
  },
  function: {
    columns: `function_id INTEGER PRIMARY KEY, function TEXT, name TEXT, qualname TEXT, file TEXT, first_line INTEGER,
      kind INTEGER, own INTEGER, build_id TEXT, code_offset INTEGER`,
    *rows(reader, own) {
      for (const row of reader.functions())
        yield [
          row.id,
          functionName(row),
          row.name,
          row.qualname,
          row.file,
          row.firstLine,
          row.kind,
          Number(own.has(row)),
          row.place?.buildId ?? null,
          row.place?.offset ?? null,
        ];
    },
  },
  frame_line: {
    columns: 'frame_id INTEGER PRIMARY KEY, function_id INTEGER, line INTEGER',
    *rows(reader) {
      for (const row of reader.frames()) yield [row.id, row.function, row.line];
    },
  },
  stack: {
    columns: 'stack_id INTEGER PRIMARY KEY, parent_id INTEGER, frame_id INTEGER',
    *rows(reader) {
      for (const row of reader.stacks()) yield [row.id, row.parent, row.frame];
    },
  },
  mark: {
    columns: 'name TEXT, at_s REAL, recording_id INTEGER',
    rows: (reader) => reader.marks().map((row) => [row.name, seconds(row.atNs), row.recording]),
  },
  gap: {
    columns: 'from_s REAL, to_s REAL, reason TEXT, recording_id INTEGER',
    rows: (reader) =>
      reader
        .gaps(-1, Number.MAX_SAFE_INTEGER)
        .map((row) => [seconds(row.fromNs), seconds(row.toNs), row.reason, row.recording]),
  },
};

const frameView = `CREATE VIEW frame AS
  SELECT frame_id, function_id, function, file, line, first_line, own FROM frame_line JOIN function USING (function_id)`;

/**
 * Makes all tables, and fills those that the text names.
 * @throws PyspyError of kind "trace" where one that is needed is damaged
 */
export function fillTables(db: Database.Database, reader: TraceReader, sql: string, own: OwnCode): void {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  db.transaction(() => {
    for (const [name, { columns, rows }] of Object.entries(tables)) {
      db.exec(`CREATE TABLE ${name} (${columns})`);
      const isPartOfFrame = ['function', 'frame_line'].includes(name) && words.has('frame');
      if (!words.has(name) && !isPartOfFrame) continue;
      const places = columns.split(',').map(() => '?');
      const insert = db.prepare(`INSERT INTO ${name} VALUES (${places})`);
      for (const row of rows(reader, own)) insert.run(...row);
    }
    db.exec(frameView);
  })();
}
