/** Whether a source file is the one whose code was recorded, as far as its text can tell. */
import type { CodeFunction } from '../../format/reading/stack-forest.js';

/** Decorators of a function are no longer than this, in lines. */
const mostDecoratorLines = 100;

/**
 * Compares a text with what is known of its code: functions stand where they begin, and no instruction is on an empty line.
 * @param sampled lines that ran, from 1 on; 0 is none
 * @returns in words what does not fit; null where all does
 */
export function findMisfit(
  lines: readonly string[],
  functions: Iterable<Pick<CodeFunction, 'name' | 'firstLine'>>,
  sampled: Iterable<number>,
): string | null {
  for (const { name, firstLine } of functions) {
    // Modules, lambdas and comprehensions have no name in the text.
    if (firstLine <= 0 || !/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name)) continue;
    if (!isDefinedAt(lines, name, firstLine)) return `${name} does not begin at line ${firstLine} there`;
  }
  for (const line of sampled)
    if (line > 0 && (lines[line - 1] ?? '').trim() === '') return `there is no code at line ${line} there`;
  return null;
}

/** A function begins at its first decorator. */
function isDefinedAt(lines: readonly string[], name: string, firstLine: number): boolean {
  const definition = new RegExp(`^\\s*(?:async\\s+def|def|class)\\s+${name}(?![\\p{L}\\p{M}\\p{N}_])`, 'u');
  const first = lines[firstLine - 1] ?? '';
  if (definition.test(first)) return true;
  if (!/^\s*@/.test(first)) return false;
  return lines.slice(firstLine, firstLine + mostDecoratorLines).some((line) => definition.test(line));
}
