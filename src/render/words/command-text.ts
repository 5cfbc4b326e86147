/** Commands as text. */

/** A word as a POSIX shell reads it, quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line without the directory of what runs it: which of the Pythons that was says less than what it ran. */
export function withoutDirectory(command: string): string {
  return command.replace(/^('?)\S*\/(?=\S)/, '$1');
}
