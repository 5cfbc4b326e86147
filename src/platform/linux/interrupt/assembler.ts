/** Assembles programs for the kernel's own virtual machine (eBPF; Documentation/bpf/standardization/instruction-set.rst). */

/** Registers: `r0` is what is returned, `r1` to `r5` are arguments, `r6` to `r9` outlive calls; `stack` is behind 512 bytes of it. */
export const register = {
  ...{ r0: 0, r1: 1, r2: 2, r3: 3, r6: 6, r7: 7, r8: 8, r9: 9 },
  stack: 10,
} as const;
type Register = (typeof register)[keyof typeof register];

/** Operations: class, size or source, and mode or kind together. */
const code = {
  ...{ addImmediate: 0x07, addRegister: 0x0f, setImmediate: 0xb7, setRegister: 0xbf },
  ...{ load64: 0x79, store32: 0x63, store64: 0x7b, loadConstant: 0x18 },
  ...{ jump: 0x05, ifEqual: 0x15, ifAtLeast: 0x35, ifNotEqual: 0x55, call: 0x85, exit: 0x95 },
} as const;

/** Says that the constant is the number of an open map (BPF_PSEUDO_MAP_FD). */
const pseudoMap = 1;

const instructionBytes = 8;

interface Instruction {
  readonly code: number;
  readonly to: number;
  readonly from: number;
  readonly offset: number;
  readonly immediate: number;
  /** Where it jumps to. */
  readonly label: string | null;
}

export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();

  /** How many there are. */
  get length(): number {
    return this.#instructions.length;
  }

  /** @param value another register, or a number of 32 bits with a sign */
  set(to: Register, value: Register | { readonly number: number }): this {
    if (typeof value === 'number') return this.#add(code.setRegister, { to, from: value });
    return this.#add(code.setImmediate, { to, immediate: value.number });
  }

  add(to: Register, value: Register | { readonly number: number }): this {
    if (typeof value === 'number') return this.#add(code.addRegister, { to, from: value });
    return this.#add(code.addImmediate, { to, immediate: value.number });
  }

  /** Loads 64 bits from memory at a register. */
  load(to: Register, from: Register, offset: number): this {
    return this.#add(code.load64, { to, from, offset });
  }

  /** Stores 64 bits to memory at a register. */
  store(to: Register, offset: number, from: Register): this {
    return this.#add(code.store64, { to, from, offset });
  }

  store32(to: Register, offset: number, from: Register): this {
    return this.#add(code.store32, { to, from, offset });
  }

  /** @param descriptor of the map */
  setMap(to: Register, descriptor: number): this {
    this.#add(code.loadConstant, { to, from: pseudoMap, immediate: descriptor });
    // The upper half has an instruction of its own.
    return this.#add(0, {});
  }

  call(helper: number): this {
    return this.#add(code.call, { immediate: helper });
  }

  exit(): this {
    return this.#add(code.exit, {});
  }

  label(name: string): this {
    this.#labels.set(name, this.length);
    return this;
  }

  jump(label: string): this {
    return this.#add(code.jump, { label });
  }

  jumpIfEqual(to: Register, immediate: number, label: string): this {
    return this.#add(code.ifEqual, { to, immediate, label });
  }

  jumpIfNotEqual(to: Register, immediate: number, label: string): this {
    return this.#add(code.ifNotEqual, { to, immediate, label });
  }

  /** Compares without signs. */
  jumpIfAtLeast(to: Register, immediate: number, label: string): this {
    return this.#add(code.ifAtLeast, { to, immediate, label });
  }

  /**
   * Eight bytes for each instruction, in a buffer of their own.
   * @throws Error if it jumps to a label that is not there
   */
  assemble(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(new ArrayBuffer(this.length * instructionBytes));
    const view = new DataView(bytes.buffer);
    for (const [index, instruction] of this.#instructions.entries()) {
      const at = index * instructionBytes;
      view.setUint8(at, instruction.code);
      view.setUint8(at + 1, instruction.to | (instruction.from << 4));
      // Jumps count from the next instruction on.
      const offset =
        instruction.label === null ? instruction.offset : this.#place(instruction.label) - index - 1;
      view.setInt16(at + 2, offset, true);
      view.setInt32(at + 4, instruction.immediate, true);
    }
    return bytes;
  }

  #place(label: string): number {
    const place = this.#labels.get(label);
    if (place === undefined) throw new Error(`the program has no label "${label}"`);
    return place;
  }

  #add(operation: number, fields: Partial<Omit<Instruction, 'code'>>): this {
    this.#instructions.push({
      ...{ to: 0, from: 0, offset: 0, immediate: 0, label: null },
      ...fields,
      code: operation,
    });
    return this;
  }
}
