/** Small pieces of printed text. */

/** A word as a POSIX shell reads it, quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line without the directory of what runs it: which of the Pythons that was says less than what it ran. */
export function withoutDirectory(command: string): string {
  return command.replace(/^\S*\/(?=\S)/, '');
}

/** Seconds to the millisecond, "12.5s": finer digits stand in JSON. */
export function secondsText(value: number): string {
  return `${Number(value.toFixed(3))}s`;
}

/** "1 sample", "2 samples". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
