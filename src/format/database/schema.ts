/** Where the files under schema/ are, from the sources as from the built package. */
import { readFileSync } from 'node:fs';

/** The text of a file under schema/, such as "trace.sql". */
export function readSchema(name: string): string {
  return readFileSync(new URL(`../../../schema/${name}`, import.meta.url), 'utf8');
}

/** The statements of schema/trace.sql or another, without comments and indentation: SQLite keeps them in each file as they are. */
export function compactSql(name: string): string {
  return readSchema(name).replace(/--.*$/gm, '').replace(/\s+/g, ' ').replace(/; /g, ';\n');
}
