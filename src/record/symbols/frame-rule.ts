/**
 * Runs the instructions of unwinding information up to an address: out comes where the caller's registers are (DWARF 5, 6.4).
 * Pure, and safe with instructions that lie: they are capped, and what none of them says is not known.
 */
import { type DwarfBytes, MalformedTable } from './dwarf-bytes.js';

/** Where the caller's value of a register is. */
export type SavedRegister = { readonly register: number } & (
  | { readonly kind: 'at' | 'value'; readonly offset: number }
  | { readonly kind: 'register'; readonly other: number }
  | { readonly kind: 'at-expression' | 'value-expression'; readonly expression: Uint8Array }
  | { readonly kind: 'unknown' }
);

/** Where the caller's stack pointer was (the canonical frame address): a register and an offset, or an expression. */
export interface FrameAddress {
  readonly register: number;
  readonly offset: number;
  readonly expression: Uint8Array | null;
}

export interface FrameRule {
  readonly address: FrameAddress;
  /** Registers that are not named keep their values, if a function may not use them without saving them. */
  readonly saved: readonly SavedRegister[];
  /** Number of the register that has the return address. */
  readonly returnAddress: number;
  /** Whether there is no caller: a thread, or a program, starts here. */
  readonly isOutermost: boolean;
  /** Whether a signal interrupted the caller, so that it stands at an instruction and not behind a call. */
  readonly isSignal: boolean;
  /** Addresses, as linked, of the function. */
  readonly start: number;
  readonly end: number;
}

/** What functions have in common (a CIE). */
export interface CommonEntry {
  readonly codeFactor: number;
  readonly dataFactor: number;
  readonly returnAddress: number;
  readonly encoding: number;
  readonly hasAugmentation: boolean;
  readonly isSignal: boolean;
  /** Its instructions: from one index to another. */
  readonly from: number;
  readonly to: number;
}

/** A function (an FDE). */
export interface FunctionEntry {
  readonly start: number;
  readonly end: number;
  readonly common: CommonEntry;
  readonly from: number;
  readonly to: number;
}

const limits = { instructions: 20_000, remembered: 64, registers: 128 } as const;

interface Row {
  address: FrameAddress;
  saved: Map<number, SavedRegister>;
}

/** Instructions with their operand in the low six bits (DW_CFA_advance_loc, DW_CFA_offset, DW_CFA_restore). */
const packed = { advance: 0x40, offset: 0x80, restore: 0xc0 } as const;

/** @throws MalformedTable */
export function runRule(bytes: DwarfBytes, entry: FunctionEntry, pc: number): FrameRule {
  const { common, start, end } = entry;
  const program = new Program(bytes, common, start, pc);
  program.run(common.from, common.to);
  program.begin();
  program.run(entry.from, entry.to);
  const { address, saved } = program.row;
  if (address.register < 0 && address.expression === null)
    throw new MalformedTable('nothing says where the frame is');
  const { returnAddress, isSignal } = common;
  const isOutermost = saved.get(returnAddress)?.kind === 'unknown';
  return { address, saved: [...saved.values()], returnAddress, isOutermost, isSignal, start, end };
}

class Program {
  row: Row = { address: { register: -1, offset: 0, expression: null }, saved: new Map() };
  #initial: ReadonlyMap<number, SavedRegister> = new Map();
  readonly #remembered: Row[] = [];
  readonly #bytes: DwarfBytes;
  readonly #common: CommonEntry;
  readonly #pc: number;
  #place: number;
  #left = limits.instructions;

  constructor(bytes: DwarfBytes, common: CommonEntry, start: number, pc: number) {
    this.#bytes = bytes;
    this.#common = common;
    this.#place = start;
    this.#pc = pc;
  }

  /** Takes the registers, as they are, for those that a function begins with. */
  begin(): void {
    this.#initial = new Map(this.row.saved);
  }

  /** Runs instructions until they end, or say of a later place. */
  run(from: number, to: number): void {
    this.#bytes.at = from;
    while (this.#bytes.at < to) {
      if (this.#left-- === 0) throw new MalformedTable('too many instructions');
      const byte = this.#bytes.u8();
      const low = byte & 0x3f;
      const high = byte & 0xc0;
      if (high === packed.advance) this.#place += low * this.#common.codeFactor;
      else if (high === packed.offset) this.#save(low, this.#bytes.uleb());
      else if (high === packed.restore) this.#restore(low);
      else this.#runLong(low);
      if (this.#place > this.#pc) return;
    }
  }

  #runLong(code: number): void {
    const bytes = this.#bytes;
    const { codeFactor, dataFactor, encoding } = this.#common;
    const { address } = this.row;
    switch (code) {
      case 0x00: // DW_CFA_nop
      case 0x2d: // DW_CFA_AARCH64_negate_ra_state: addresses are stripped of their signature anyway
        return;
      case 0x01:
        this.#place = bytes.pointer(encoding);
        return;
      case 0x02:
        this.#place += bytes.u8() * codeFactor;
        return;
      case 0x03:
        this.#place += bytes.u16() * codeFactor;
        return;
      case 0x04:
        this.#place += bytes.u32() * codeFactor;
        return;
      case 0x05: // DW_CFA_offset_extended
        this.#save(bytes.uleb(), bytes.uleb());
        return;
      case 0x06: // DW_CFA_restore_extended
        this.#restore(bytes.uleb());
        return;
      case 0x07:
        this.#set({ register: bytes.uleb(), kind: 'unknown' });
        return;
      case 0x08: // DW_CFA_same_value
        this.row.saved.delete(bytes.uleb());
        return;
      case 0x09:
        this.#set({ register: bytes.uleb(), kind: 'register', other: bytes.uleb() });
        return;
      case 0x0a:
        if (this.#remembered.length === limits.remembered) throw new MalformedTable('too much is remembered');
        this.#remembered.push({ address, saved: new Map(this.row.saved) });
        return;
      case 0x0b: {
        const row = this.#remembered.pop();
        if (row === undefined) throw new MalformedTable('nothing is remembered');
        this.row = row;
        return;
      }
      case 0x0c: // DW_CFA_def_cfa
        this.#define(bytes.uleb(), bytes.uleb());
        return;
      case 0x0d:
        this.#define(bytes.uleb(), address.offset);
        return;
      case 0x0e:
        this.#define(address.register, bytes.uleb());
        return;
      case 0x0f:
        this.row.address = { register: -1, offset: 0, expression: this.#block() };
        return;
      case 0x10:
        this.#set({ register: bytes.uleb(), kind: 'at-expression', expression: this.#block() });
        return;
      case 0x11: // DW_CFA_offset_extended_sf
        this.#save(bytes.uleb(), bytes.sleb());
        return;
      case 0x12: // DW_CFA_def_cfa_sf
        this.#define(bytes.uleb(), bytes.sleb() * dataFactor);
        return;
      case 0x13:
        this.#define(address.register, bytes.sleb() * dataFactor);
        return;
      case 0x14: // DW_CFA_val_offset
        this.#set({ register: bytes.uleb(), kind: 'value', offset: bytes.uleb() * dataFactor });
        return;
      case 0x15:
        this.#set({ register: bytes.uleb(), kind: 'value', offset: bytes.sleb() * dataFactor });
        return;
      case 0x16:
        this.#set({ register: bytes.uleb(), kind: 'value-expression', expression: this.#block() });
        return;
      case 0x2e: // DW_CFA_GNU_args_size
        bytes.uleb();
        return;
      default:
        throw new MalformedTable('an instruction is unknown');
    }
  }

  #block(): Uint8Array {
    const length = this.#bytes.uleb();
    const at = this.#bytes.take(length);
    return this.#bytes.bytes.subarray(at, at + length);
  }

  #define(register: number, offset: number): void {
    this.row.address = { register, offset, expression: null };
  }

  #save(register: number, factored: number): void {
    this.#set({ register, kind: 'at', offset: factored * this.#common.dataFactor });
  }

  #set(saved: SavedRegister): void {
    if (saved.register >= limits.registers) throw new MalformedTable('a register is unknown');
    this.row.saved.set(saved.register, saved);
  }

  #restore(register: number): void {
    const initial = this.#initial.get(register);
    if (initial === undefined) this.row.saved.delete(register);
    else this.row.saved.set(register, initial);
  }
}
