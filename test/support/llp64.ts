/**
 * Saved memory of a process (test/fixtures/memory) as it would lie in a build for Windows: both ids of a thread have four bytes, and are
 * the system's; what stands behind them in a thread state lies closer; the table of offsets says so.
 */
import { type Pages, SavedMemory } from '../../src/platform/saved.js';
import {
  applyDebugTable,
  debugTableBytes,
  debugTablePlaces,
  readDebugTable,
} from '../../src/record/layouts/debug-offsets.js';
import type { Layout } from '../../src/record/layouts/layout.js';
import { llp64Layouts } from '../../src/record/layouts/llp64.js';
import { Peek } from '../../src/record/memory/peek.js';
import { ModuleItem } from '../../src/record/objects/module-item.js';
import { readDict } from '../../src/record/objects/objects.js';
import { listThreadStates } from '../../src/record/target/thread-list.js';
import type { SavedProcess } from './saved-process.js';

const pageSize = 4096;

/** A thread of such memory. */
export interface PlacedThread {
  /** Address of its thread state, and of the int that is its key in `threading._active`. */
  readonly state: number;
  readonly key: number;
  readonly pythonId: number;
}

/** Memory that can be written to, of pages that are there. */
class Draft {
  readonly pages: Map<number, Uint8Array>;

  constructor(pages: Pages) {
    this.pages = new Map([...pages].map(([address, bytes]) => [address, bytes.slice()]));
  }

  byte(address: number): number | undefined {
    return this.pages.get(address - (address % pageSize))?.[address % pageSize];
  }

  setBytes(address: number, bytes: Iterable<number>): void {
    for (const byte of bytes) {
      const page = this.pages.get(address - (address % pageSize));
      if (page !== undefined) page[address % pageSize] = byte;
      address++;
    }
  }

  setWord(address: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    this.setBytes(address, bytes);
  }

  setHalf(address: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.setBytes(address, bytes);
  }
}

/** The row for such memory. @throws Error if its table is refused */
export function llp64LayoutOf(peek: Peek, version: string, runtime: number): Layout {
  const row = llp64Layouts.get(version)!;
  const table = readDebugTable(peek.bytes(runtime, debugTableBytes)!);
  const layout = table === null ? row : applyDebugTable(row, table);
  if (typeof layout === 'string') throw new Error(layout);
  return layout;
}

/** How far a thread state is moved where no table says its size: all that is read of it lies within. */
const usualThreadBytes = 320;

/** @param layout of the process as it was saved */
export function toLlp64({ runtime, threads: known }: SavedProcess, pages: Pages, layout: Layout): Pages {
  const peek = new Peek(new SavedMemory(pages));
  const draft = new Draft(pages);
  const { threads } = listThreadStates(peek, layout, runtime)!;
  const keys = new Map(findThreads(peek, layout, runtime).map(({ state, key }) => [state, key]));
  const size = layout.debugTable ? moveTable(draft, peek, runtime, layout) : usualThreadBytes;
  moveGil(draft, peek, runtime, layout);
  const { id, nativeId } = layout.thread;
  for (const [i, { address, pythonId }] of threads.entries()) {
    // What stands behind the ids comes closer by a word.
    const behind = (nativeId ?? id) + 8;
    const to = nativeId === null ? behind : behind - 8;
    for (let at = behind; at < size; at++) {
      const byte = draft.byte(address + at);
      if (byte !== undefined) draft.setBytes(address + to + at - behind, [byte]);
    }
    const native = known.find((thread) => BigInt(thread.id) === pythonId)?.native ?? 500_000 + 4 * i;
    draft.setHalf(address + id, native);
    // To 3.10 a counter of something else follows.
    draft.setHalf(address + id + 4, nativeId === null ? 0x0bad_beef : native);
    const key = keys.get(address);
    if (key !== undefined) setInteger(draft, layout, key, native);
  }
  return draft.pages;
}

/** Threads with their names' keys; those that `threading` does not know are left out. */
export function findThreads(peek: Peek, layout: Layout, runtime: number): PlacedThread[] {
  const { interpreters, threads } = listThreadStates(peek, layout, runtime)!;
  const active = new ModuleItem(peek, layout, 'threading', '_active').find(interpreters[0]!)!.item!;
  const keys = readDict(peek, layout, active)!.map(({ key }) => key);
  return threads.flatMap(({ address, pythonId }) => {
    const key = keys.find((candidate) => integerAt(peek, layout, candidate) === pythonId);
    return key === undefined ? [] : [{ state: address, key, pythonId: Number(pythonId) }];
  });
}

/** What the word before an int's digits is for a number of them. */
export function digitCount({ integers }: Layout, count: number): number {
  return integers === 'tagged-digits' ? count << 3 : count;
}

/** An int of up to three digits of 30 bits. */
function integerAt(peek: Peek, layout: Layout, address: number): bigint {
  const view = peek.view(address + layout.object.size, 20)!;
  const word = Number(view.getBigUint64(0, true));
  const count = [0, 1, 2, 3].find((digits) => digitCount(layout, digits) === word) ?? 0;
  const digits = Array.from(
    { length: count },
    (_, i) => BigInt(view.getUint32(8 + 4 * i, true)) << BigInt(30 * i),
  );
  return digits.reduce((sum, digit) => sum + digit, 0n);
}

/** @param value of one digit */
function setInteger(draft: Draft, layout: Layout, address: number, value: number): void {
  draft.setWord(address + layout.object.size, digitCount(layout, 1));
  draft.setHalf(address + layout.object.size + 8, value);
}

/** Who has the GIL is said elsewhere in the runtime (to 3.11). */
function moveGil(draft: Draft, peek: Peek, runtime: number, { version, gil }: Layout): void {
  const to = llp64Layouts.get(version)!.gil;
  if (gil.kind !== 'runtime' || to.kind !== 'runtime') return;
  const holder = peek.u64(runtime + gil.current);
  if (holder !== null) draft.setWord(runtime + to.current, Number(holder));
}

/** @returns the size of a thread state before */
function moveTable(draft: Draft, peek: Peek, runtime: number, layout: Layout): number {
  const places = debugTablePlaces(layout.version)!;
  const at = (name: string) => runtime + places.get(`thread_state.${name}`)!;
  const size = Number(peek.u64(at('size')));
  const { id, nativeId } = layout.thread;
  for (const [name, place] of places) {
    if (!name.startsWith('thread_state.')) continue;
    const value = Number(peek.u64(runtime + place));
    if (value > nativeId!) draft.setWord(runtime + place, value - 8);
  }
  draft.setWord(at('native_thread_id'), id + 4);
  return size;
}
