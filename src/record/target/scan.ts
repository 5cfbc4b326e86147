/**
 * Searches a module's writable memory for the interpreter: for binaries that have neither the symbol nor the section
 * (stripped, without section headers), or whose file can no longer be opened (deleted, upgraded). Every candidate is
 * proven.
 */

import type { Mapping } from '../../platform/processes.js';
import { debugCookie, debugTableBytes, readDebugTable } from '../layouts/debug-offsets.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import type { Module } from './modules.js';
import { listThreadStates } from './thread-list.js';

/** Words of writable memory tried as the interpreter list's head. */
const maxCandidates = 4_000_000;
/** Words after the first head in which another one is looked for. */
const maxApart = 512;
/** Writable memory searched for the table of offsets, at most, per module; and places that may be one. */
const maxScan = 16 << 20;
const maxTables = 1000;

/** The address of a `_PyRuntime` that begins with a table of offsets (3.13+), or null. */
export function scanForDebugTable(peek: Peek, module: Module): number | null {
  let left = maxScan;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    const bytes = peek.bytes(mapping.start, Math.min(left, mapping.end - mapping.start));
    if (bytes === null) continue;
    left -= bytes.byteLength;
    const memory = Buffer.from(bytes.buffer);
    for (
      let at = memory.indexOf(debugCookie), tried = 0;
      at >= 0 && tried < maxTables;
      at = memory.indexOf(debugCookie, at + 8), tried++
    )
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
  const isWritable = lookUp(mappings.filter((mapping) => mapping.permissions.startsWith('rw')));
  // The same pointer often stands in many places.
  const tried = new Set<number>();
  let left = maxCandidates;
  let found: number | null = null;
  let longest = 0;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    const view = peek.view(mapping.start, Math.min(mapping.end - mapping.start, left * 8));
    // A head that was found shortens the search, also within a mapping.
    for (let at = 0; view !== null && left > 0 && at + 8 <= view.byteLength; at += 8, left--) {
      if (peek.lost) return found;
      const candidate = pointerAt(view, at);
      if (candidate % 8 !== 0 || !isAddress(candidate) || !isWritable(candidate)) continue;
      // Once there is a head, another place with the same pointer may be the one that the whole list hangs at.
      if (found === null && tried.has(candidate)) continue;
      if (!ownsItsThread(peek, layout, candidate)) {
        tried.add(candidate);
        continue;
      }
      const runtime = mapping.start + at - layout.runtime.interpretersHead;
      const length = provenLength(peek, layout, runtime);
      if (length === 0) tried.add(candidate);
      if (length <= longest) continue;
      if (found === null) left = Math.min(left, maxApart);
      found = runtime;
      longest = length;
    }
  }
  return found;
}

/** @param mappings by rising address, as the kernel lists them */
function lookUp(mappings: readonly Mapping[]): (address: number) => boolean {
  return (address) => {
    let low = 0;
    let high = mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (mappings[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address < mappings[low - 1]!.end;
  };
}

/**
 * Whether a thread may have this id: the address of the C library's structure of it, which is readable (what is there differs:
 * on x86-64 it begins with its own address, on arm64 with anything), or a number of the system's.
 */
function isBelievable(peek: Peek, layout: Layout, id: bigint): boolean {
  return layout.thread.idBytes === 4 ? id % 4n === 0n : peek.u64(Number(id)) !== null;
}

/** The first proof, which costs next to nothing. */
function ownsItsThread(peek: Peek, layout: Layout, interpreter: number): boolean {
  const thread = peek.pointer(interpreter + layout.interpreter.threadsHead);
  if (!thread || peek.pointer(thread + layout.thread.interpreter) !== interpreter) return false;
  const { id: idAt, idBytes } = layout.thread;
  const id = idBytes === 4 ? peek.u32(thread + idAt) : peek.u64(thread + idAt);
  // A thread that is only being started has none.
  return id !== null && (BigInt(id) === 0n || isBelievable(peek, layout, BigInt(id)));
}

/**
 * The number of interpreters, 0 if this is no list of them. Rings of pointers look like lists, too: the lists must end,
 * and hold threads with believable ids.
 */
function provenLength(peek: Peek, layout: Layout, runtime: number): number {
  const states = listThreadStates(peek, layout, runtime);
  if (states === null || states.threads.length === 0) return 0;
  const isList = states.threads.every(({ pythonId }) => isBelievable(peek, layout, pythonId));
  return isList ? states.interpreters.length : 0;
}
