/**
 * Unwinding information of one binary: `.eh_frame` by way of the table in `.eh_frame_hdr` (Linux Standard Base 5, 10.6). Pure;
 * what is damaged has no rule.
 */
import { DwarfBytes, MalformedTable } from './dwarf-bytes.js';
import { type CommonEntry, type FrameRule, type FunctionEntry, runRule } from './frame-rule.js';

/** A part of a binary, and where it lies, as linked. */
export interface BinaryPart {
  readonly bytes: Uint8Array;
  readonly address: number;
}

/** The only encoding of the table that linkers write: pairs of 32-bit numbers, relative to it. */
const sortedTable = 0x3b;
const pairBytes = 8;

/** Programs have fewer places where calls return to than this; a stack that lies can name any. */
const maxRules = 100_000;

const longestAugmentation = 16;

export class CallFrames {
  readonly #header: DataView;
  readonly #headerAddress: number;
  /** Where in the header the pairs begin, and how many there are. */
  #pairs = 0;
  #count = 0;
  readonly #bytes: DwarfBytes;
  readonly #framesAddress: number;
  readonly #functions = new Map<number, FunctionEntry | null>();
  readonly #rules = new Map<number, FrameRule | null>();

  constructor(header: BinaryPart, frames: BinaryPart) {
    this.#header = new DataView(header.bytes.buffer, header.bytes.byteOffset, header.bytes.byteLength);
    this.#headerAddress = header.address;
    this.#bytes = new DwarfBytes(frames.bytes, frames.address, 0);
    this.#framesAddress = frames.address;
    orNull(() => this.#readHeader(header));
  }

  /** Where `.eh_frame` begins, as linked: the header of its table says that. @returns null where it does not */
  static framesAddress(header: BinaryPart): number | null {
    return orNull(() => {
      const bytes = new DwarfBytes(header.bytes, header.address);
      bytes.at = 4;
      return bytes.pointer(header.bytes[1] ?? 0xff);
    });
  }

  /** @param pc as linked @returns null where nothing is known of the place */
  rule(pc: number): FrameRule | null {
    let rule = this.#rules.get(pc);
    if (rule === undefined) {
      if (this.#rules.size === maxRules) this.#rules.clear();
      const entry = this.functionAt(pc);
      rule = entry === null ? null : orNull(() => runRule(this.#bytes, entry, pc));
      this.#rules.set(pc, rule);
    }
    return rule;
  }

  /** The function at a place, as linked: also where it has no name. */
  functionAt(pc: number): FunctionEntry | null {
    const at = this.#find(pc);
    if (at === null) return null;
    let entry = this.#functions.get(at);
    if (entry === undefined) {
      if (this.#functions.size === maxRules) this.#functions.clear();
      entry = orNull(() => this.#readFunction(at));
      this.#functions.set(at, entry);
    }
    return entry !== null && pc >= entry.start && pc < entry.end ? entry : null;
  }

  #readHeader(header: BinaryPart): void {
    const bytes = new DwarfBytes(header.bytes, header.address);
    if (bytes.u8() !== 1) return;
    const [frames, count, table] = [bytes.u8(), bytes.u8(), bytes.u8()];
    if (table !== sortedTable) return;
    bytes.pointer(frames);
    const wanted = bytes.pointer(count);
    const room = Math.floor((header.bytes.byteLength - bytes.at) / pairBytes);
    this.#pairs = bytes.at;
    this.#count = Math.max(0, Math.min(wanted, room));
  }

  /** Index in `.eh_frame` of the last function that begins at a place or before it; null where none does. */
  #find(pc: number): number | null {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#header.getInt32(this.#pairs + middle * pairBytes, true) + this.#headerAddress;
      if (start <= pc) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const entry = this.#header.getInt32(this.#pairs + (low - 1) * pairBytes + 4, true);
    return entry + this.#headerAddress - this.#framesAddress;
  }

  #readFunction(at: number): FunctionEntry {
    const bytes = this.#bytes;
    bytes.at = at;
    const { idAt, to, id } = this.#readLength();
    const common = this.#readCommon(idAt - id);
    bytes.at = idAt + 4;
    const start = bytes.pointer(common.encoding);
    // A length is relative to nothing.
    const length = bytes.pointer(common.encoding & 0x0f);
    if (common.hasAugmentation) bytes.take(bytes.uleb());
    return { start, end: start + length, common, from: bytes.at, to };
  }

  #readLength(): { idAt: number; to: number; id: number } {
    const bytes = this.#bytes;
    const length = bytes.u32();
    const idAt = bytes.at;
    if (length < 4 || idAt + length > bytes.bytes.byteLength)
      throw new MalformedTable('an entry has no length, or too much of it');
    return { idAt, to: idAt + length, id: bytes.u32() };
  }

  #readCommon(at: number): CommonEntry {
    const bytes = this.#bytes;
    bytes.at = at;
    const { to, id } = this.#readLength();
    if (id !== 0) throw new MalformedTable('this is no common entry');
    const version = bytes.u8();
    let augmentation = '';
    for (let byte = bytes.u8(); byte !== 0; byte = bytes.u8()) {
      augmentation += String.fromCharCode(byte);
      if (augmentation.length > longestAugmentation) throw new MalformedTable('an augmentation is too long');
    }
    if (version === 4) bytes.take(2);
    const codeFactor = bytes.uleb();
    const dataFactor = bytes.sleb();
    const returnAddress = version === 1 ? bytes.u8() : bytes.uleb();
    const hasAugmentation = augmentation.startsWith('z');
    if (augmentation !== '' && !hasAugmentation) throw new MalformedTable('an augmentation is unknown');
    let encoding = 0;
    let isSignal = false;
    if (hasAugmentation) {
      const length = bytes.uleb();
      const from = bytes.at + length;
      for (const letter of augmentation.slice(1)) {
        if (letter === 'R') encoding = bytes.u8();
        else if (letter === 'L') bytes.u8();
        else if (letter === 'P') bytes.pointer(bytes.u8() & 0x7f);
        else if (letter === 'S') isSignal = true;
      }
      bytes.at = from;
    }
    return { codeFactor, dataFactor, returnAddress, encoding, hasAugmentation, isSignal, from: bytes.at, to };
  }
}

/** What a table says; null where it is damaged. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedTable) return null;
    throw error;
  }
}
