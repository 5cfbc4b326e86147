/**
 * Searches a module's writable memory for the interpreter: for binaries that have neither the symbol nor the section
 * (stripped, without section headers), or whose file can no longer be opened (deleted, upgraded). Every candidate is
 * proven.
 */
import { debugCookie, debugTableBytes, readDebugTable } from './layouts/debug-offsets.js';
import type { Layout } from './layouts/layout.js';
import type { Module } from './modules.js';
import type { Peek } from './peek.js';
import type { Mapping } from './platform/proc.js';
import { listThreadStates } from './thread-list.js';
import { isAddress, pointerAt } from './words.js';

/** Words of writable memory tried as the interpreter list's head. */
const maxCandidates = 4_000_000;
/** Words after the first head in which another one is looked for. */
const maxApart = 512;
/** Writable memory searched for the table of offsets, at most, per module. */
const maxScan = 16 << 20;

/** The address of a `_PyRuntime` that begins with a table of offsets (3.13+), or null. */
export function scanForDebugTable(peek: Peek, module: Module): number | null {
  let left = maxScan;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    const bytes = peek.bytes(mapping.start, Math.min(left, mapping.end - mapping.start));
    if (bytes === null) continue;
    left -= bytes.byteLength;
    const memory = Buffer.from(bytes.buffer);
    for (let at = memory.indexOf(debugCookie); at >= 0; at = memory.indexOf(debugCookie, at + 8))
      if (at % 8 === 0 && readDebugTable(bytes.subarray(at, at + debugTableBytes)) !== null)
        return mapping.start + at;
  }
  return null;
}

/**
 * The address of `_PyRuntime`: every pointer in writable memory is tried as the head of the interpreters. A variable
 * near the head points at the main interpreter (autoInterpreterState, Python/pystate.c, up to 3.6), the last of the
 * list, and may stand before it: the longest list is the whole one.
 */
export function scanForRuntime(
  peek: Peek,
  layout: Layout,
  module: Module,
  mappings: readonly Mapping[],
): number | null {
  const writable = mappings.filter((mapping) => mapping.permissions.startsWith('rw'));
  const isWritable = (address: number): boolean =>
    writable.some((mapping) => address >= mapping.start && address < mapping.end);
  let left = maxCandidates;
  let found: number | null = null;
  let longest = 0;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    const view = peek.view(mapping.start, Math.min(mapping.end - mapping.start, left * 8));
    // What was found brings the end nearer, also in the middle of a mapping.
    for (let at = 0; view !== null && left > 0 && at + 8 <= view.byteLength; at += 8, left--) {
      const candidate = pointerAt(view, at);
      if (candidate % 8 !== 0 || !isAddress(candidate) || !isWritable(candidate)) continue;
      if (!ownsItsThread(peek, layout, candidate)) continue;
      const runtime = mapping.start + at - layout.runtime.interpretersHead;
      const length = provenLength(peek, layout, runtime);
      if (length <= longest) continue;
      if (found === null) left = Math.min(left, maxApart);
      found = runtime;
      longest = length;
    }
  }
  return found;
}

function ownsItsThread(peek: Peek, layout: Layout, interpreter: number): boolean {
  const thread = peek.pointer(interpreter + layout.interpreter.threadsHead);
  return !!thread && peek.pointer(thread + layout.thread.interpreter) === interpreter;
}

/**
 * The number of interpreters, 0 if this is no list of them. Rings of pointers look like lists, too: the lists must end,
 * and hold threads with believable ids.
 */
function provenLength(peek: Peek, layout: Layout, runtime: number): number {
  const states = listThreadStates(peek, layout, runtime);
  if (states === null || states.threads.length === 0) return 0;
  // The id is the address of the C library's thread structure, which is readable.
  const isBelievable = states.threads.every(({ pythonId }) => peek.pointer(Number(pythonId)) !== null);
  return isBelievable ? states.interpreters.length : 0;
}
