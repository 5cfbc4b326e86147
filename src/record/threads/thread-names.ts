/** Names of threads as Python knows them: `threading._active`, a dict of thread ids and Thread objects. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { pointerAt } from '../memory/pointers.js';
import { ModuleItem } from '../objects/module-item.js';
import { findEntry, readAttributes, readDict, readString } from '../objects/objects.js';

/** Names by `threading.get_ident()`. */
export type ThreadNames = ReadonlyMap<bigint, string>;

export class ThreadNameReader {
  readonly #peek: Peek;
  readonly #layout: Layout;
  readonly #interpreter: number;
  readonly #active: ModuleItem;
  /** Address of the str that the Threads have as key of their names. */
  #nameKey = 0;

  constructor(peek: Peek, layout: Layout, interpreter: number) {
    this.#peek = peek;
    this.#layout = layout;
    this.#interpreter = interpreter;
    this.#active = new ModuleItem(peek, layout, 'threading', '_active');
  }

  /** @returns null where `threading` has not been imported (threads have no names then) or cannot be read now */
  read(): ThreadNames | null {
    const active = this.#active.find(this.#interpreter)?.item ?? null;
    const entries = active === null ? null : readDict(this.#peek, this.#layout, active);
    if (entries === null) return null;
    const names = new Map<bigint, string>();
    for (const entry of entries) {
      const id = readUnsigned(this.#peek, this.#layout, entry.key);
      const name = this.#findName(entry.value);
      const text = name === null ? null : readString(this.#peek, this.#layout, name);
      if (id !== null && text !== null) names.set(id, text);
    }
    return names;
  }

  /** Address of the str in a Thread's `_name`. All Threads have the same str as key, so that is looked for first. */
  #findName(thread: number): number | null {
    const attributes = readAttributes(this.#peek, this.#layout, thread);
    const entry =
      attributes?.find((candidate) => candidate.key === this.#nameKey) ??
      findEntry(this.#peek, this.#layout, attributes, this.#layout.threadName);
    this.#nameKey = entry?.key ?? 0;
    return entry?.value ?? null;
  }
}

/** Digits of an int have 30 bits (Include/cpython/longintrepr.h); a thread id has at most three. */
function readUnsigned(peek: Peek, layout: Layout, object: number): bigint | null {
  const value = object + layout.object.size;
  if (layout.integers === 'word') return peek.u64(value);
  const digits = peek.view(value, 8 + 3 * 4);
  if (digits === null) return null;
  const word = pointerAt(digits, 0);
  const count = layout.integers === 'tagged-digits' ? Math.floor(word / 8) : word;
  if (count > 3) return null;
  let number = 0n;
  for (let i = 0; i < count; i++) number |= BigInt(digits.getUint32(8 + i * 4, true)) << BigInt(30 * i);
  return number;
}
