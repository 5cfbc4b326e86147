/** A command line of Windows, which is one text, as the words that a C program makes of it. */

/**
 * Splits as the C runtime does ("Parsing C++ command-line arguments", Microsoft): quotes group; backslashes mean something only in
 * front of a quote, where two are one; the first word ends at a space or at its closing quote, whatever is in it.
 */
export function splitCommandLine(text: string): string[] {
  const line = text.trim();
  if (line === '') return [];
  const first = /^(?:"([^"]*)"?|([^ \t"]*))/.exec(line)!;
  const words = [first[1] ?? first[2] ?? ''];
  const rest = line.slice(first[0].length);
  let word: string | null = null;
  let isQuoted = false;
  for (let i = 0; i < rest.length; i++) {
    const letter = rest[i]!;
    if (!isQuoted && (letter === ' ' || letter === '\t')) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word ??= '';
    if (letter === '\\') {
      let end = i;
      while (rest[end] === '\\') end++;
      const count = end - i;
      const isBeforeQuote = rest[end] === '"';
      word += '\\'.repeat(isBeforeQuote ? Math.floor(count / 2) : count);
      if (isBeforeQuote && count % 2 === 1) {
        word += '"';
        end++;
      }
      i = end - 1;
    } else if (letter === '"') {
      // Two within quotes are one that is meant.
      if (isQuoted && rest[i + 1] === '"') {
        word += '"';
        i++;
      } else isQuoted = !isQuoted;
    } else word += letter;
  }
  if (word !== null) words.push(word);
  return words;
}
