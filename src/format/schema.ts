/** Where the files under schema/ are, from the sources as from the built package. */
import { readFileSync } from 'node:fs';

/** The text of a file under schema/, such as "trace.sql". */
export function readSchema(name: string): string {
  return readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8');
}
