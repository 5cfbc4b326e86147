/** Checks the rows of all tables but the samples: types, sizes, references, order, times. */
import { maxTextBytes } from '../database/column.js';
import type { TraceDatabase } from '../database/trace-database.js';
import { type TraceColumn, traceTables } from '../database/trace-schema.js';
import { type Findings, listedPerTable } from './findings.js';
import { type Rule, rules, unused } from './rules.js';

/** Columns of 64 bits: clocks that do not fit a double, and a number of Python's that may be negative here. */
const wide = new Set(['started_monotonic_ns', 'started_utc_ns', 'python_thread_id']);

const keys: Readonly<Record<string, string>> = {
  feature: 'substr(name, 1, 100)',
  thread_name: "thread_id || ' since ' || since_ns",
  failure: "batch_id || ' ' || substr(reason, 1, 100)",
};

/** A `what` that sticks to the rows of one table is looked for in each table by itself, so one bad table hides no other. */
export function verifyTables(db: TraceDatabase, findings: Findings): void {
  for (const [table, columns] of traceTables())
    for (const column of columns)
      if (column.since <= db.version && (!column.mayBeMissing || db.has(table, column.name)))
        for (const rule of columnRules(table, column)) verifyRule(db, rule, findings);
  for (const rule of rules)
    if (
      (db.version > 1 || !rule.wrong.includes('kept_from_ns')) &&
      (rule.needs ?? []).every((column) => db.has(rule.table, column))
    )
      verifyRule(db, rule, findings);
  findings.guard('file', null, () => noteUnused(db, findings));
}

/** Number of rows of each dictionary and list. @throws PyspyError of kind "trace" */
export function countRows(db: TraceDatabase, tables: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    tables.map((table) => [
      table,
      Number(db.query(`SELECT count(*) AS count FROM ${table}`).get()?.count ?? 0),
    ]),
  );
}

function columnRules(table: string, { name, type, isOptional }: TraceColumn): Rule[] {
  const given = isOptional ? `${name} IS NOT NULL AND ` : '';
  const types = type === 'REAL' ? "('real', 'integer')" : `('${type.toLowerCase()}')`;
  const list: Rule[] = [
    { table, wrong: `${given}typeof(${name}) NOT IN ${types}`, what: `its ${name} is not of type ${type}` },
  ];
  if (type === 'TEXT')
    list.push({
      table,
      wrong: `octet_length(${name}) > ${maxTextBytes}`,
      what: `its ${name} is longer than ${maxTextBytes} bytes`,
    });
  if (type === 'INTEGER' && !wide.has(name))
    list.push({
      table,
      wrong: `${name} < 0 OR ${name} > ${Number.MAX_SAFE_INTEGER}`,
      what: `its ${name} is negative or beyond 2^53`,
    });
  if (type === 'REAL') list.push({ table, wrong: `NOT ${name} >= 0`, what: `its ${name} is negative` });
  return list;
}

function verifyRule(db: TraceDatabase, { table, wrong, what }: Rule, findings: Findings): void {
  findings.guard(table, null, () => {
    const key = keys[table] ?? `${table}_id`;
    const rows = db
      .query(`SELECT ${key} AS id FROM ${table} WHERE ${wrong} LIMIT ${listedPerTable + 1}`)
      .all();
    for (const { id } of rows) findings.add(table, typeof id === 'number' ? id : String(id), what);
  });
}

function noteUnused(db: TraceDatabase, findings: Findings): void {
  for (const { noun, table, isUnused, alsoBy } of unused) {
    const others =
      alsoBy !== undefined && db.has(alsoBy.table, alsoBy.column)
        ? ` AND ${table}_id NOT IN (SELECT ${alsoBy.column} FROM ${alsoBy.table} WHERE ${alsoBy.column} IS NOT NULL)`
        : '';
    const row = db.query(`SELECT count(*) AS count FROM ${table} WHERE ${isUnused}${others}`).get();
    if (Number(row?.count) > 0) findings.notes.push(`${row?.count} ${noun} that nothing refers to`);
  }
}
