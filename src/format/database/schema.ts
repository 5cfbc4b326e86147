/** The files under schema/. */
import { readPackageFile } from '../../package-files.js';

/** The text of a file under schema/, such as "trace.sql". */
export function readSchema(name: string): string {
  return readPackageFile(`schema/${name}`);
}

/** The statements of schema/trace.sql or another, without comments and indentation: SQLite keeps them in each file as they are. */
export function compactSql(name: string): string {
  return readSchema(name).replace(/--.*$/gm, '').replace(/\s+/g, ' ').replace(/; /g, ';\n');
}
