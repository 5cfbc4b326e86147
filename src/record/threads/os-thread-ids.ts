/**
 * The operating system's id of each Python thread. From 3.11 the thread state holds it. Before, it is read from
 * the C library's thread structure, to which `threading.get_ident()` is the address. In a container both are
 * ids of the inner pid namespace; the system wants the outer one.
 */

import type { Platform } from '../../platform/platform.js';
import type { ThreadLibrary } from '../../platform/thread-library.js';
import type { Peek } from '../memory/peek.js';
import type { Target } from '../target/target.js';
import type { ThreadState } from '../target/thread-list.js';

/**
 * Outer ids: of the threads that were asked for, in their order, null where not known, 0 where there is none, since the
 * thread has ended or only begins; and of all that the process has.
 */
export interface OsThreadIds {
  readonly ids: readonly (number | null)[];
  readonly alive: ReadonlySet<number>;
}

/** Where the ids are, and which are wanted. */
export interface OsThreadSearch {
  readonly target: Pick<Target, 'layout' | 'pid' | 'namespaced'>;
  readonly peek: Peek;
  readonly platform: Pick<
    Platform,
    'readThreadIds' | 'readInnerThreadId' | 'findLiveThread' | 'threadLibrary'
  >;
  readonly threads: readonly ThreadState[];
}

export function findOsThreadIds({ target, peek, platform, threads }: OsThreadSearch): OsThreadIds {
  const { layout, pid, namespaced } = target;
  const outerByInner = new Map<number, number>();
  for (const outer of platform.readThreadIds(pid)) {
    const inner = namespaced ? platform.readInnerThreadId(pid, outer) : outer;
    if (inner !== null) outerByInner.set(inner, outer);
  }
  // The kernel clears the id of a thread that ends (set_tid_address(2)); the main one stays there, as a zombie.
  if (platform.findLiveThread(pid) !== pid) outerByInner.set(0, pid);
  const ids =
    layout.thread.nativeId !== null
      ? threads.map(({ nativeId }) => outerByInner.get(nativeId ?? -1) ?? 0)
      : fromPthread(peek, threads, outerByInner, platform.threadLibrary);
  return { ids, alive: new Set(outerByInner.values()) };
}

/** The usual place is tried first; then every other one, for one at which all threads have an id of this process's. */
function fromPthread(
  peek: Peek,
  threads: readonly ThreadState[],
  outerByInner: ReadonlyMap<number, number>,
  { threadIdAt, threadIdWithin }: ThreadLibrary,
): (number | null)[] {
  const structures = threads.map((thread) => peek.view(Number(thread.pythonId), threadIdWithin));
  const idsAt = (offset: number): (number | null)[] =>
    structures.map((view) => outerByInner.get(view?.getInt32(offset, true) ?? -1) ?? null);
  let usual = idsAt(threadIdAt);
  // The kernel clears the id of a thread that ends; it is here if others have theirs here.
  if (usual.some((id) => id !== null))
    usual = usual.map((id, i) => id ?? (structures[i]?.getInt32(threadIdAt, true) === 0 ? 0 : null));
  if (usual.every((id, i) => id !== null || structures[i] === null)) return usual;
  for (let offset = 0; offset + 4 <= threadIdWithin; offset += 4) {
    const ids = idsAt(offset);
    const found = ids.filter((id) => id !== null);
    // One that fits by accident does not fit all threads, each with another id.
    if (found.length === threads.length && new Set(found).size === found.length) return ids;
  }
  return usual;
}
