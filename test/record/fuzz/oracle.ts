/**
 * What some memory says of a thread's stack, read in the plainest way: every word alone, no copies, no caches, nothing
 * of the recorder's but the row of offsets and the decoder of line tables.
 */

import type { Pages } from '../../../src/platform/saved.js';
import { decodeLines, lineAt } from '../../../src/record/code/linetable.js';
import type { Layout } from '../../../src/record/layouts/layout.js';

export interface TrueFrame {
  readonly code: number;
  readonly instruction: number;
}

export class Oracle {
  readonly #pages: Pages;
  readonly #layout: Layout;
  readonly #labels = new Map<string, string | null>();
  /** What the address of the type of code objects was before the damage: a type is known by where it is. */
  readonly #codeType: number | null;

  constructor(pages: Pages, layout: Layout, codeType: number | null = null) {
    this.#pages = pages;
    this.#layout = layout;
    this.#codeType = codeType;
  }

  /** Addresses of all frames of a thread, innermost first, up to where the chain breaks or comes back to itself. */
  frames(threadState: number): number[] {
    const { thread, frame } = this.#layout;
    const found = new Set<number>();
    let address = this.word(threadState + thread.frame);
    if (thread.viaCFrame !== null && address) address = this.word(address + thread.viaCFrame);
    while (address && !found.has(address) && found.size < 200_000) {
      found.add(address);
      address = this.word(address + frame.previous);
    }
    return [...found];
  }

  /** The Python frames of a thread, innermost first; null if the chain is not one. */
  stack(threadState: number): TrueFrame[] | null {
    const { frame } = this.#layout;
    const addresses = this.frames(threadState);
    const { viaCFrame, frame: newest } = this.#layout.thread;
    let head = this.word(threadState + newest);
    if (viaCFrame !== null && head) head = this.word(head + viaCFrame);
    if (head === null) return null;
    const last = addresses.at(-1);
    if (last !== undefined && this.word(last + frame.previous) !== 0) return null;
    const frames: TrueFrame[] = [];
    for (const address of addresses) {
      const code = this.word(address + frame.code);
      const bytes = this.bytes(address, frame.size);
      if (code === null || bytes === null) return null;
      if (frame.owner !== null && bytes[frame.owner]! >= frame.foreignOwner) continue;
      const view = new DataView(bytes.buffer);
      frames.push({
        code: code - (code & frame.codeTag),
        instruction:
          frame.instructionTrait === 'pointer'
            ? Number(view.getBigUint64(frame.instruction, true))
            : view.getInt32(frame.instruction, true),
      });
    }
    return frames;
  }

  /** "function file:line" of an instruction; null if there is no code object. */
  label({ code, instruction }: TrueFrame): string | null {
    const key = `${code} ${instruction}`;
    let label = this.#labels.get(key);
    if (label === undefined) {
      label = this.#read(code, instruction);
      this.#labels.set(key, label);
    }
    return label;
  }

  /** The pointers by which a code object is known. */
  identity(code: number): string {
    const { filename, name, qualname, lineTable } = this.#layout.code;
    return [filename, name, qualname, lineTable].map((at) => at !== null && this.word(code + at)).join(' ');
  }

  /** Address of an object's type. */
  typeOf(object: number): number | null {
    return this.word(object + this.#layout.object.type);
  }

  /** A word at an address, exact up to 2^53; null where nothing is mapped. */
  word(address: number): number | null {
    const inside = address % 4096;
    if (inside <= 4088) {
      const page = this.#pages.get(address - inside);
      if (page === undefined) return null;
      let word = 0;
      for (let i = 7; i >= 0; i--) word = word * 256 + page[inside + i]!;
      return word;
    }
    const bytes = this.bytes(address, 8);
    return bytes && Number(new DataView(bytes.buffer).getBigUint64(0, true));
  }

  bytes(address: number, length: number): Uint8Array | null {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const inside = (address + done) % 4096;
      const page = this.#pages.get(address + done - inside);
      if (page === undefined) return null;
      const piece = page.subarray(inside, inside + length - done);
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  #read(code: number, instruction: number): string | null {
    const { code: at, frame } = this.#layout;
    const type = this.typeOf(code);
    const typeName = type && this.word(type + this.#layout.type.name);
    const letters = typeName && this.bytes(typeName, 5);
    const isCode = letters && Buffer.from(letters).toString('latin1') === 'code\0';
    if (!isCode && (type === null || type !== this.#codeType)) return null;
    const name = this.text(this.word(code + (at.qualname ?? at.name)));
    const file = this.text(this.word(code + at.filename));
    const first = this.bytes(code + at.firstLine, 4);
    if (name === null || file === null || first === null) return null;
    const firstLine = Math.max(0, new DataView(first.buffer).getInt32(0, true));
    const table = this.#lineTable(this.word(code + at.lineTable));
    if (table === null) return `${name} ${file}:0`;
    const lines = decodeLines(at.lineTableTrait, table, firstLine);
    const position = {
      'byte-index': instruction,
      'unit-index': instruction * 2,
      pointer: instruction - this.#bytecode(code, instruction, lines.end),
    }[frame.instructionTrait];
    // A frame that is being set up stands just before the first instruction.
    const isOutside = position < -2 || (frame.instructionTrait === 'pointer' && position > 2 ** 30);
    return `${name} ${file}:${isOutside ? 0 : lineAt(lines, position, firstLine)}`;
  }

  #lineTable(address: number | null): Uint8Array | null {
    const { data, length } = this.#layout.bytes;
    const size = address ? this.word(address + length) : null;
    return size !== null && size <= 1 << 20 ? this.bytes(address! + data, size) : null;
  }

  /** Where the bytecode starts that an instruction is in: a thread's copy, or the code object's own. */
  #bytecode(code: number, instruction: number, length: number): number {
    const { bytecode, copies } = this.#layout.code;
    const own = code + (bytecode ?? 0);
    const list =
      copies === null || (instruction >= own && instruction < own + length) ? null : this.word(code + copies);
    const count = list ? (this.word(list) ?? 0) % 2 ** 32 : 0;
    // A list that is absurdly long, or that goes on where nothing is mapped, tells nothing.
    const entries = list && count <= 65_536 ? this.bytes(list + 8, count * 8) : null;
    if (entries === null) return own;
    const view = new DataView(entries.buffer);
    for (let at = 0; at < entries.length; at += 8) {
      const copy = Number(view.getBigUint64(at, true));
      if (copy !== 0 && instruction >= copy && instruction < copy + length) return copy;
    }
    return own;
  }

  text(address: number | null): string | null {
    if (!address) return null;
    const { unicode } = this.#layout;
    const size = this.word(address + unicode.length);
    const bits = this.bytes(address + unicode.state, 4);
    if (size === null || bits === null) return null;
    const state = new DataView(bits.buffer).getUint32(0, true);
    const known = state >>> unicode.kindBit;
    const [kind, compact, ascii] = [known & 7, (known >> 3) & 1, (known >> 4) & 1];
    const start = address + (ascii ? unicode.asciiSize : unicode.compactSize);
    const shown = Math.min(size, 4096);
    const bytes = compact && size <= 2 ** 46 ? this.bytes(start, shown * kind) : null;
    if (bytes === null || ![1, 2, 4].includes(kind) || (ascii && kind !== 1)) return null;
    const codes: number[] = [];
    for (let at = 0; at < bytes.length; at += kind) {
      let code = 0;
      for (let i = kind - 1; i >= 0; i--) code = code * 256 + bytes[at + i]!;
      codes.push(code);
    }
    const isValid = (code: number): boolean => code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return (
      codes.map((code) => (isValid(code) ? String.fromCodePoint(code) : '\ufffd')).join('') +
      (shown < size ? '…' : '')
    );
  }
}
