/** Lists the thread states of all interpreters of a process: linked lists in the target's memory, with caps. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';

/** Longer lists are cycles or garbage. */
const maxInterpreters = 1024;
const maxThreads = 65_536;

export interface ThreadState {
  readonly address: number;
  readonly interpreter: number;
  readonly pythonId: bigint;
  readonly nativeId: number | null;
}

export interface ThreadList {
  /** Heads of the list of interpreters and of each interpreter's list of threads. */
  readonly heads: readonly number[];
  readonly interpreters: readonly number[];
  readonly threads: readonly ThreadState[];
}

/**
 * @param runtime address of _PyRuntime
 * @returns null if the lists cannot be followed (the interpreter ends, or changes them just now)
 */
export function listThreadStates(peek: Peek, layout: Layout, runtime: number): ThreadList | null {
  const interpreters: number[] = [];
  const threads: ThreadState[] = [];
  let interpreter = peek.pointer(runtime + layout.runtime.interpretersHead);
  const heads = [interpreter ?? 0];
  while (interpreter) {
    if (interpreters.includes(interpreter) || interpreters.length >= maxInterpreters) return null;
    interpreters.push(interpreter);
    const head = peek.pointer(interpreter + layout.interpreter.threadsHead);
    if (head === null || !listThreads(peek, layout, { interpreter, head }, threads)) return null;
    heads.push(head);
    interpreter = peek.pointer(interpreter + layout.interpreter.next);
  }
  return interpreter === null ? null : { heads, interpreters, threads };
}

function listThreads(
  peek: Peek,
  layout: Layout,
  { interpreter, head }: { readonly interpreter: number; readonly head: number },
  into: ThreadState[],
): boolean {
  const { next, interpreter: owner, id, idBytes, nativeId } = layout.thread;
  const size = Math.max(next, owner, id, nativeId ?? 0) + 8;
  const seen = new Set<number>();
  let address: number | null = head;
  while (address) {
    const state = peek.view(address, size);
    // A thread state that does not name its interpreter was freed, or never was one.
    if (state === null || pointerAt(state, owner) !== interpreter) return false;
    if (seen.has(address) || into.length >= maxThreads) return false;
    seen.add(address);
    into.push({
      address,
      interpreter,
      pythonId: idBytes === 8 ? state.getBigUint64(id, true) : BigInt(state.getUint32(id, true)),
      nativeId: nativeId === null ? null : state.getUint32(nativeId, true),
    });
    const following = pointerAt(state, next);
    address = following === 0 || isAddress(following) ? following : null;
  }
  return address === 0;
}

/**
 * The threads that run already. Before that, a thread's state has no id, or the id of the thread that made it,
 * which stands further back in the list.
 */
export function startedThreads(states: readonly ThreadState[]): ThreadState[] {
  const seen = new Set<string>();
  const started: ThreadState[] = [];
  for (const state of states.toReversed()) {
    const key = `${state.interpreter} ${state.pythonId}`;
    if (state.pythonId === 0n || state.nativeId === 0 || seen.has(key)) continue;
    seen.add(key);
    started.push(state);
  }
  return started.reverse();
}
