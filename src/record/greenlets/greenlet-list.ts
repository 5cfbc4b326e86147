/**
 * The greenlets of a process that wait to go on, as `dump --greenlets` shows them. Nothing keeps a list of them, so they are
 * looked for among all objects. As with tasks, what was read is read once more.
 */
import type { DumpGreenlet } from '../../format/dump-result.js';
import type { Memory } from '../../platform/memory.js';
import { describeFrame } from '../batch/described-frame.js';
import { CodeCache } from '../code/code-cache.js';
import { Interner } from '../code/interner.js';
import type { Layout } from '../layouts/layout.js';
import { Peek } from '../memory/peek.js';
import { findModuleDict, readCString } from '../objects/objects.js';
import type { Target } from '../target/target.js';
import { listThreadStates } from '../target/thread-list.js';
import { readFrameHead } from '../unwind/frame-head.js';
import { VerifiedReads } from '../values/verified-reads.js';
import { readGreenlet, type SuspendedGreenlet } from './greenlet-object.js';
import { findGenerations, walkRing } from './tracked-objects.js';

/** Greenlets, and frames of one, that are shown. */
const maxGreenlets = 20_000;
const maxFrames = 1000;

/** A class with more bases in a row is none. */
const maxBases = 64;

export interface GreenletList {
  readonly greenlets: readonly DumpGreenlet[];
  /** Whether there may be more: objects came and went while they were looked through, or are too many. */
  readonly cut: boolean;
}

/** A greenlet whose frames are the interner's numbers. */
type Shown = Omit<DumpGreenlet, 'frames'> & { readonly frames: readonly number[] };

export class GreenletListReader {
  readonly #target: Target;
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #reads: VerifiedReads;
  readonly #interner = new Interner();
  readonly #codes: CodeCache;
  /** By address of a type: its name if its objects are greenlets, else null. */
  readonly #types = new Map<number, string | null>();

  /** @param memory a view of the target that nobody else uses; closed by the caller */
  constructor(target: Target, memory: Memory) {
    this.#target = target;
    this.#layout = target.layout;
    this.#peek = new Peek(memory);
    this.#reads = new VerifiedReads(memory);
    this.#codes = new CodeCache(target.layout, this.#peek, this.#interner);
  }

  /** @returns null where greenlet is not in use, or all objects cannot be listed (before 3.8, free-threaded builds) */
  read(): GreenletList | null {
    const { runtime } = this.#target;
    const layout = this.#layout;
    const interpreters = listThreadStates(this.#peek, layout, runtime)?.interpreters ?? [];
    const shown: Shown[] = [];
    let cut = false;
    let isInUse = false;
    for (const interpreter of interpreters) {
      if (findModuleDict(this.#peek, layout, interpreter, 'greenlet') === null) continue;
      const generations = findGenerations(this.#peek, layout, runtime, interpreter);
      if (generations === null) continue;
      isInUse = true;
      const found = new Map<number, string>();
      for (const head of generations) {
        const isWhole = walkRing(this.#peek, layout, head, (object, type) => {
          const name = this.#greenletType(type);
          if (name === null) return;
          if (found.size < maxGreenlets) found.set(object, name);
          else cut = true;
        });
        if (!isWhole) cut = true;
      }
      for (const [object, type] of found) shown.push(...this.#show(object, type));
    }
    if (!isInUse) return null;
    const rows = this.#interner.takeRows();
    const greenlets = shown.map(({ frames, ...greenlet }) => ({
      ...greenlet,
      frames: frames.map((frame) => describeFrame(frame, rows)),
    }));
    return { greenlets, cut };
  }

  /** The name of a type if its objects are greenlets. */
  #greenletType(type: number): string | null {
    const known = this.#types.get(type);
    if (known !== undefined) return known;
    const nameOf = (at: number): string | null => {
      const text = this.#peek.pointer(at + this.#layout.type.name);
      return text ? readCString(this.#peek, text) : null;
    };
    const isGreenlet = (at: number | null, bases: number): boolean =>
      !!at &&
      (nameOf(at) === 'greenlet.greenlet' ||
        (bases > 0 && isGreenlet(this.#peek.pointer(at + this.#layout.values.typeObject.base), bases - 1)));
    const found = isGreenlet(type, maxBases) ? nameOf(type) : null;
    this.#types.set(type, found);
    return found;
  }

  /** @returns nothing for one that does not wait */
  #show(object: number, type: string): Shown[] {
    this.#reads.begin();
    const peek = new Peek(this.#reads);
    const greenlet = readGreenlet(peek, this.#layout, object);
    if (greenlet === null) return [];
    const walked = this.#walk(peek, greenlet);
    const changed = this.#reads.changed();
    return [
      {
        type: type.slice(type.lastIndexOf('.') + 1),
        address: `0x${object.toString(16)}`,
        torn: changed === null || changed.length > 0,
        ...walked,
      },
    ];
  }

  /** Frames, innermost first, as far as they lead. */
  #walk(peek: Peek, { frame: first, whereIs }: SuspendedGreenlet): { frames: number[]; truncated: boolean } {
    const { previous, owner, foreignOwner } = this.#layout.frame;
    const frames: number[] = [];
    const seen = new Set<number>();
    let frame: number | null = first;
    while (frame !== 0) {
      if (frame === null || frames.length === maxFrames || seen.has(frame))
        return { frames, truncated: true };
      seen.add(frame);
      const at = whereIs(frame);
      const owned = owner === null ? 0 : (peek.bytes(at + owner, 1)?.[0] ?? foreignOwner);
      if (owned < foreignOwner) {
        const head = readFrameHead(peek, this.#layout, at);
        const entry = head && this.#codes.find(head.code);
        if (!entry) return { frames, truncated: true };
        frames.push(this.#codes.frame(entry, head.instruction));
      }
      frame = peek.pointer(at + previous);
    }
    return { frames, truncated: false };
  }
}
