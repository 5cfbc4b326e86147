/** How code and threads are called in results. */

import { symbolName } from '../../format/mangling/symbol-name.js';
import type { CodeFrame, CodeFunction } from '../../format/reading/stack-forest.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { functionKind, type ProcessRow } from '../../format/vocabulary.js';
import { isNativeFile } from './code-origin.js';

/** Stands for samples whose stack could not be read. */
export const unknownStack = '[unknown]';

/** Stands for samples of threads that run no Python code. */
export const emptyStack = '[no Python frames]';

const knownKinds: ReadonlySet<number> = new Set(Object.values(functionKind));

/**
 * The qualified name where it is known; of native code that of the program, not the compiler's symbol; what is of a kind that this
 * version does not know says so.
 */
export function functionName(code: CodeFunction): string {
  const name = code.qualname ?? nameInProgram(code);
  return knownKinds.has(code.kind) ? name : `${name} [kind ${code.kind}]`;
}

/** Few names are symbols of C++ or Rust: whose code it is, is asked of those alone. */
function nameInProgram(code: CodeFunction): string {
  const name = symbolName(code.name);
  return name !== code.name && isBinaryCode(code) ? name : code.name;
}

/** Whether a frame is none, but says which task of asyncio the stack belongs to; it is the outermost one then. */
export function isTaskFrame({ function: { kind } }: CodeFrame): boolean {
  return kind === functionKind.task;
}

/** Whether code is no Python's, but a binary's. */
function isNativeCode({ kind }: Pick<CodeFunction, 'kind'>): boolean {
  return kind === functionKind.native || kind === functionKind.loop;
}

/**
 * Whether code is a binary's, also where its kind does not tell: profiles of others have it beside Python's, told by its file alone.
 * (What the interpreter hides of its own is known of recordings alone: that goes by `isNativeCode`.)
 */
export function isBinaryCode({ kind, file }: Pick<CodeFunction, 'kind' | 'file'>): boolean {
  return isNativeCode({ kind }) || (kind === functionKind.python && isNativeFile(file));
}

/** Whether a frame is one that a recording has among Python's. */
export function isNativeFrame(frame: Pick<CodeFrame, 'function'>): boolean {
  return isNativeCode(frame.function);
}

/** What makes two function rows the same function in results. */
export function functionKey(code: CodeFunction): string {
  return `${functionName(code)}\0${code.file}\0${code.firstLine}\0${code.kind}`;
}

/**
 * The name that Python knew the thread by at a time, null where it knew none. A recorder learns a new thread's name
 * a little after its first sample, so the first name holds from the beginning.
 */
export function threadNameAt({ names }: StoredThread, ns: number): string | null {
  return names[Math.max(0, countNamesUntil(names, ns) - 1)]?.name ?? null;
}

/** How many of a thread's names begin at or before a time. */
export function countNamesUntil(names: StoredThread['names'], ns: number): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle]!.sinceNs <= ns) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a process runs. A fork has the command of its parent. */
export function programOf({ command, executable }: Pick<ProcessRow, 'command' | 'executable'>): string {
  return command.length > 0 ? command.join(' ') : executable;
}

/** A name for people and for --thread: a thread without one goes by its number. */
export function threadLabel(thread: StoredThread, name: string | null): string {
  return name ?? `Thread ${thread.osId ?? thread.pythonId}`;
}

/** `threading.get_ident()` for JSON: decimal text where a double is too short for it. */
export function threadNumber(pythonId: bigint): number | string {
  const number = Number(pythonId);
  return Number.isSafeInteger(number) ? number : String(pythonId);
}
