/** The one order of names: by UTF-16 code units, the same on every machine, whatever its language is set to. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
