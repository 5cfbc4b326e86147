/**
 * The greenlets of a process that wait to go on, as `dump --greenlets` shows them. Nothing keeps a list of them, so they are
 * looked for among all objects. As with tasks, what was read is read once more.
 */
import type { DumpGreenlet } from '../../format/dump-result.js';
import { CodeCache } from '../code-cache.js';
import { describeFrame } from '../described-frame.js';
import { Interner } from '../interner.js';
import type { Layout } from '../layouts/layout.js';
import { readCString, readDictItem } from '../objects.js';
import { Peek } from '../peek.js';
import type { Memory } from '../platform/platform.js';
import type { Target } from '../target.js';
import { listThreadStates } from '../thread-list.js';
import { Witness } from '../values/witness.js';
import { readGreenlet } from './greenlet-object.js';
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
  readonly #witness: Witness;
  readonly #interner = new Interner();
  readonly #codes: CodeCache;
  /** By address of a type: its name if its objects are greenlets, else null. */
  readonly #types = new Map<number, string | null>();

  /** @param memory a view of the target that nobody else uses; closed by the caller */
  constructor(target: Target, memory: Memory) {
    this.#target = target;
    this.#layout = target.layout;
    this.#peek = new Peek(memory);
    this.#witness = new Witness(memory);
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
      const modules = this.#peek.pointer(interpreter + layout.interpreter.modules);
      if (!modules || readDictItem(this.#peek, layout, modules, 'greenlet') === null) continue;
      const generations = findGenerations(this.#peek, layout, runtime, interpreter);
      if (generations === null) continue;
      isInUse = true;
      const found = new Map<number, string>();
      for (const head of generations) {
        const isWhole = walkRing(this.#peek, layout, head, (object, type) => {
          const name = this.#greenletType(type);
          if (name !== null && found.size < maxGreenlets) found.set(object, name);
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
    const { name, flags } = this.#layout.type;
    const { base } = this.#layout.values.typeObject;
    const nameOf = (at: number): string | null => {
      const text = this.#peek.pointer(at + name);
      return text ? readCString(this.#peek, text) : null;
    };
    let found: string | null = null;
    let at: number | null = type;
    for (let bases = 0; at && bases < maxBases; bases++) {
      // A type that is not ready, or none.
      if (this.#peek.u32(at + flags) === null) break;
      if (nameOf(at) === 'greenlet.greenlet') {
        found = nameOf(type);
        break;
      }
      at = this.#peek.pointer(at + base);
    }
    this.#types.set(type, found);
    return found;
  }

  /** @returns nothing for one that does not wait */
  #show(object: number, type: string): Shown[] {
    this.#witness.begin();
    const peek = new Peek(this.#witness);
    const greenlet = readGreenlet(peek, this.#layout, object);
    if (greenlet === null) return [];
    const frames = this.#frames(peek, greenlet.frame, greenlet.whereIs);
    const changed = this.#witness.changed();
    const name = type.slice(type.lastIndexOf('.') + 1);
    return [
      {
        type: name,
        address: `0x${object.toString(16)}`,
        torn: changed === null || changed.length > 0,
        frames,
      },
    ];
  }

  /** Innermost first. */
  #frames(peek: Peek, first: number, whereIs: (address: number) => number): number[] {
    const { code, codeTag, previous, instruction, instructionTrait, owner, foreignOwner } =
      this.#layout.frame;
    const frames: number[] = [];
    const seen = new Set<number>();
    let frame = first;
    while (frame !== 0 && frames.length < maxFrames && !seen.has(frame)) {
      seen.add(frame);
      const at = whereIs(frame);
      const owned = owner === null ? 0 : (peek.bytes(at + owner, 1)?.[0] ?? foreignOwner);
      if (owned < foreignOwner) {
        const codeAt = peek.pointer(at + code) ?? 0;
        const standsAt =
          instructionTrait === 'pointer' ? peek.pointer(at + instruction) : peek.i32(at + instruction);
        const entry = this.#codes.find(codeAt - (codeAt % (codeTag + 1)), 0);
        // What leads out of the greenlet's own frames leads anywhere.
        if (entry === null || standsAt === null) break;
        frames.push(this.#codes.frame(entry, standsAt));
      }
      frame = peek.pointer(at + previous) ?? 0;
    }
    return frames;
  }
}
