/** The environment as Node shows it: as text, in which what is not UTF-8 has changed. */

/** "NAME=value" each, a zero behind. */
export function shownEnvironment(): Buffer {
  const lines = Object.entries(process.env).map(([name, value]) => `${name}=${value}\0`);
  return Buffer.from(lines.join(''));
}
