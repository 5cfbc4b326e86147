/** JSON in pieces: a result may be longer than any string, as where thousands of rows share a long name. */

/** What holds no more values than these comes in one piece. */
const smallCount = 100;

/**
 * What `JSON.stringify(value, null, 2)` gives, in pieces, but for "##[", which GitHub's runner would take for a command
 * wherever a log has it. `value` is plain data.
 */
export function* jsonPieces(value: unknown, depth = 0): Generator<string, void> {
  const indent = '  '.repeat(depth);
  if (typeof value !== 'object' || value === null || countUpTo(smallCount + 1, value) <= smallCount) {
    yield jsonText(value, 2).replaceAll('\n', `\n${indent}`);
    return;
  }
  const isList = Array.isArray(value);
  let separator = isList ? '[\n' : '{\n';
  for (const [key, item] of isList ? value.entries() : Object.entries(value)) {
    if (item === undefined && !isList) continue;
    yield `${separator}${indent}  ${isList ? '' : `${jsonText(key)}: `}`;
    yield* jsonPieces(item, depth + 1);
    separator = ',\n';
  }
  yield `\n${indent}${isList ? ']' : '}'}`;
}

/** How many values there are in `value`, itself counted; `most` where there are that many or more. */
function countUpTo(most: number, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (count >= most) return most;
    count += countUpTo(most - count, item);
  }
  return count;
}

/** The same in one piece. */
export function jsonText(value: unknown, indent?: number): string {
  return calmJson(JSON.stringify(value, null, indent) ?? 'null');
}

/** JSON that says the same, and nothing that GitHub's runner would obey. */
export function calmJson(text: string): string {
  return text.replaceAll('##[', String.raw`##\u005b`);
}
