/** Ways to damage the memory of a process where the recorder looks at it. */

import type { Pages } from '../../../src/platform/saved.js';
import { debugTableBytes } from '../../../src/record/layouts/debug-offsets.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import type { Random } from './random.js';

/** Where in memory is what. */
export interface Places {
  readonly layout: Layout;
  readonly runtime: number;
  readonly interpreters: readonly number[];
  readonly threads: readonly number[];
  /** Frames of each thread, innermost first. */
  readonly frames: readonly (readonly number[])[];
  readonly codes: readonly number[];
  readonly strings: readonly number[];
  readonly tables: readonly number[];
  /** Every word that a recorder reads of undamaged memory. */
  readonly read: readonly number[];
  readonly pages: Pages;
}

/** Pages that can be written; those that are not written to are shared with the original. */
export class Draft {
  readonly pages: Map<number, Uint8Array>;
  readonly #own = new Set<number>();

  constructor(pages: Pages) {
    this.pages = new Map(pages);
  }

  get(address: number): bigint {
    const page = this.pages.get(address - (address % 4096));
    const inside = address % 4096;
    return page && inside <= 4088 ? new DataView(page.buffer).getBigUint64(inside, true) : 0n;
  }

  set(address: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
    for (const [i, byte] of bytes.entries()) this.setByte(address + i, byte);
  }

  setByte(address: number, value: number): void {
    const start = address - (address % 4096);
    let page = this.pages.get(start);
    if (page === undefined) return;
    if (!this.#own.has(start)) {
      page = page.slice();
      this.pages.set(start, page);
      this.#own.add(start);
    }
    page[address % 4096] = value;
  }
}

type Mutation = (draft: Draft, places: Places, random: Random) => void;

const huge = [
  0xffff_ffff_ffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  1n << 46n,
  1n << 31n,
  0xffff_ffffn,
  1_000_000n,
  4097n,
];

function anyAddress(places: Places, random: Random): number {
  const { interpreters, threads, frames, codes, strings, tables, read } = places;
  return random.of(
    random.of(
      [interpreters, threads, random.of(frames), codes, strings, tables, read].filter(
        (list) => list.length > 0,
      ),
    ),
  );
}

function anyFrame(places: Places, random: Random): number {
  return random.of(random.of(places.frames.filter((list) => list.length > 0)));
}

/** A word that means something: mostly one that is a pointer already. */
function anyWord(draft: Draft, places: Places, random: Random): number {
  let at = random.of(places.read);
  for (let tries = 0; tries < 8 && draft.get(at) === 0n; tries++) at = random.of(places.read);
  return at;
}

/** A field of a structure that the walk follows. */
function anyField(places: Places, random: Random): number {
  const { layout, interpreters, threads, codes } = places;
  const { thread, frame, code, interpreter } = layout;
  return random.of([
    () => random.of(threads) + random.of([thread.next, thread.interpreter, thread.id, thread.frame]),
    () => anyFrame(places, random) + random.of([frame.code, frame.previous, frame.instruction]),
    () =>
      random.of(codes) +
      random.of([8, code.name, code.filename, code.qualname ?? code.name, code.lineTable, code.firstLine]),
    () =>
      random.of(interpreters) + random.of([interpreter.next, interpreter.threadsHead, interpreter.modules]),
    () => places.runtime + layout.runtime.interpretersHead,
  ])();
}

export const mutations: Readonly<Record<string, Mutation>> = {
  'bit flip': (draft, places, random) => {
    const at = random.chance(0.5) ? anyWord(draft, places, random) : anyField(places, random);
    draft.set(at, draft.get(at) ^ (1n << BigInt(random.below(64))));
  },
  'pointer elsewhere': (draft, places, random) =>
    draft.set(anyField(places, random), BigInt(anyAddress(places, random))),
  'same kind elsewhere': (draft, places, random) => {
    const { frame, code } = places.layout;
    random.of([
      () =>
        draft.set(anyFrame(places, random) + frame.code, draft.get(anyFrame(places, random) + frame.code)),
      () => draft.set(anyFrame(places, random) + frame.previous, BigInt(anyFrame(places, random))),
      () => {
        const field = random.of([code.name, code.filename, code.lineTable, code.qualname ?? code.name]);
        draft.set(random.of(places.codes) + field, draft.get(random.of(places.codes) + field));
      },
      () =>
        draft.set(
          random.of(places.threads) + places.layout.thread.frame,
          draft.get(random.of(places.threads) + places.layout.thread.frame),
        ),
    ])();
  },
  null: (draft, places, random) =>
    draft.set(random.chance(0.5) ? anyField(places, random) : anyWord(draft, places, random), 0n),
  misaligned: (draft, places, random) => {
    const at = random.chance(0.7) ? anyField(places, random) : anyWord(draft, places, random);
    draft.set(at, draft.get(at) + BigInt(1 + random.below(7)));
  },
  'a little off': (draft, places, random) => {
    const at = random.chance(0.7) ? anyField(places, random) : anyWord(draft, places, random);
    draft.set(at, draft.get(at) + BigInt(8 * (random.below(65) - 32)));
  },
  'huge length': (draft, places, random) => {
    const { unicode, bytes } = places.layout;
    const at = random.of([
      () => random.of(places.strings) + unicode.length,
      () => random.of(places.tables) + bytes.length,
      () => anyWord(draft, places, random),
    ])();
    draft.set(at, random.of(huge));
  },
  'cycle of frames': (draft, places, random) => {
    const frames = random.of(places.frames.filter((list) => list.length > 0));
    const from = random.below(frames.length);
    draft.set(frames[from]! + places.layout.frame.previous, BigInt(frames[random.below(from + 1)]!));
  },
  'cycle of threads': (draft, places, random) => {
    const from = random.below(places.threads.length);
    draft.set(
      places.threads[from]! + places.layout.thread.next,
      BigInt(places.threads[random.below(from + 1)]!),
    );
  },
  'cycle of interpreters': (draft, places, random) =>
    draft.set(
      random.of(places.interpreters) + places.layout.interpreter.next,
      BigInt(random.of([random.of(places.interpreters), anyAddress(places, random)])),
    ),
  'kind of string': (draft, places, random) => {
    const at = random.of(places.strings) + places.layout.unicode.state;
    draft.set(at, draft.get(at) ^ BigInt(1 << (2 + random.below(6))));
  },
  'characters of string': (draft, places, random) => {
    const start =
      random.of(places.strings) +
      random.of([places.layout.unicode.asciiSize, places.layout.unicode.compactSize]);
    for (let i = 0; i < 1 + random.below(12); i++)
      draft.setByte(
        start + random.below(40),
        random.of([0, 7, 10, 27, 0x7f, 0x80, 0xc0, 0xd8, 0xdc, 0xff, random.below(256)]),
      );
  },
  'line table': (draft, places, random) => {
    const start = random.of(places.tables) + places.layout.bytes.data;
    for (let i = 0; i < 1 + random.below(16); i++) draft.setByte(start + random.below(64), random.below(256));
  },
  noise: (draft, places, random) =>
    draft.set(anyWord(draft, places, random), BigInt(random.below(2 ** 32)) * BigInt(random.below(2 ** 32))),
  'small number': (draft, places, random) =>
    draft.set(anyWord(draft, places, random), BigInt(random.below(256))),
  'page lost': (draft, places, random) => {
    const at = random.chance(0.5) ? anyAddress(places, random) : random.of([...draft.pages.keys()]);
    draft.pages.delete(at - (at % 4096));
  },
  'page of zeros': (draft, places, random) => {
    const at = anyAddress(places, random);
    draft.pages.set(at - (at % 4096), new Uint8Array(4096));
  },
  'table of offsets': (draft, places, random) => {
    if (!places.layout.debugTable) return mutations['bit flip']!(draft, places, random);
    const at = places.runtime + 8 * random.below(debugTableBytes / 8);
    const before = draft.get(at);
    draft.set(
      at,
      random.of([
        0n,
        before + 8n,
        before - 8n,
        before + 1n,
        random.of(huge),
        BigInt(random.below(4096)),
        BigInt(8 * random.below(100)),
      ]),
    );
  },
};

export const mutationNames = Object.keys(mutations);
