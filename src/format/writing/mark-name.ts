/** Names of marks: what people can type after --from. */

const maxLength = 100;

/** What is wrong with a name for a mark, as a clause; null if nothing is. */
export function findMarkNameFault(name: string): string | null {
  if (name.trim() === '') return 'it is empty';
  if (name.length > maxLength) return `it is longer than ${maxLength} characters`;
  if (name !== name.trim()) return 'it begins or ends with a blank';
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(name)) return 'it holds a control character';
  return null;
}
