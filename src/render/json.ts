/** JSON in pieces: a result may be longer than any string, as where thousands of rows share a long name. */

/** Containers down to this depth are written element by element; what is deeper comes in one piece. */
const piecewiseDepth = 4;

/**
 * What `JSON.stringify(value, null, 2)` gives, in pieces, but for "##[", which GitHub's runner would take for a command
 * wherever a log has it. `value` is plain data.
 */
export function* jsonPieces(value: unknown, depth = 0): Generator<string, void> {
  const indent = '  '.repeat(depth);
  if (typeof value !== 'object' || value === null || depth === piecewiseDepth) {
    yield jsonText(value, 2).replaceAll('\n', `\n${indent}`);
    return;
  }
  const isList = Array.isArray(value);
  const items = isList
    ? [...value.entries()]
    : Object.entries(value).filter(([, item]) => item !== undefined);
  if (items.length === 0) return yield isList ? '[]' : '{}';
  let separator = isList ? '[\n' : '{\n';
  for (const [key, item] of items) {
    yield `${separator}${indent}  ${isList ? '' : `${jsonText(key)}: `}`;
    yield* jsonPieces(item, depth + 1);
    separator = ',\n';
  }
  yield `\n${indent}${isList ? ']' : '}'}`;
}

/** The same in one piece. */
export function jsonText(value: unknown, indent?: number): string {
  return calmJson(JSON.stringify(value, null, indent) ?? 'null');
}

/** JSON that says the same, and nothing that GitHub's runner would obey. */
export function calmJson(text: string): string {
  return text.replaceAll('##[', String.raw`##\u005b`);
}
