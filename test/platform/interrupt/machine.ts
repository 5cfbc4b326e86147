/**
 * Runs a program of the kernel's virtual machine on memory of the test's, strictly: what the kernel would not have checked throws.
 * Addresses: the target's are its own; places, the stack and the program's argument lie at addresses of their own.
 */

/** What the program sees besides the target. */
export interface Machine {
  /** Bytes of the map of places; and how many a place has. */
  readonly places: Uint8Array<ArrayBuffer>;
  readonly placeBytes: number;
  /** Where in its argument the period is, and which it is. */
  readonly periodOffset: number;
  readonly period: number;
  /** Reads of the target. @returns null where nothing is mapped */
  readonly read: (address: bigint, bytes: number) => Uint8Array | null;
}

const bases = { argument: 1n << 60n, stack: 2n << 60n, places: 3n << 60n };
const stackBytes = 512;
/** The kernel lets programs take a million steps at their check. */
const mostSteps = 1_000_000;

/** @returns what it returned, and the instructions that it took */
export function runProgram(program: Uint8Array, machine: Machine): { result: bigint; steps: number } {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const registers = new BigUint64Array(11);
  registers[1] = bases.argument;
  registers[10] = bases.stack + BigInt(stackBytes);
  const stack = new DataView(new ArrayBuffer(stackBytes));
  const places = new DataView(machine.places.buffer);
  const argument = new DataView(new ArrayBuffer(machine.periodOffset + 16));
  argument.setBigUint64(machine.periodOffset, BigInt(machine.period), true);

  /** The memory of an address that the program made, and the place in it. */
  const memoryAt = (address: bigint, bytes: number): [DataView, number] => {
    for (const [base, view] of [
      [bases.places, places],
      [bases.stack, stack],
      [bases.argument, argument],
    ] as const) {
      const at = Number(address - base);
      if (address >= base && at + bytes <= view.byteLength) return [view, at];
    }
    throw new Error(`the program reached for ${address.toString(16)}`);
  };

  /** Calls leave nothing of their arguments. */
  const call = (helper: number): void => {
    if (helper === 1) {
      const [view, at] = memoryAt(registers[2]!, 4);
      const index = view.getUint32(at, true);
      const isThere = (index + 1) * machine.placeBytes <= machine.places.byteLength;
      registers[0] = isThere ? bases.places + BigInt(index * machine.placeBytes) : 0n;
    } else if (helper === 112) {
      const bytes = Number(registers[2]!);
      const [view, at] = memoryAt(registers[1]!, bytes);
      const found = machine.read(registers[3]!, bytes);
      // What cannot be read comes as zeros, and -EFAULT.
      new Uint8Array(view.buffer).set(found ?? new Uint8Array(bytes), at);
      registers[0] = found === null ? BigInt.asUintN(64, -14n) : 0n;
    } else throw new Error(`there is no helper ${helper}`);
    for (let i = 1; i <= 5; i++) registers[i] = 0xdead_0000_0000_0000n;
  };

  let at = 0;
  for (let steps = 1; steps <= mostSteps; steps++) {
    const operation = code.getUint8(8 * at);
    const [to, from] = [code.getUint8(8 * at + 1) & 15, code.getUint8(8 * at + 1) >> 4];
    const offset = code.getInt16(8 * at + 2, true);
    const immediate = BigInt.asUintN(64, BigInt(code.getInt32(8 * at + 4, true)));
    at++;
    switch (operation) {
      case 0x07:
        registers[to]! += immediate;
        break;
      case 0x0f:
        registers[to]! += registers[from]!;
        break;
      case 0xb7:
        registers[to] = immediate;
        break;
      case 0xbf:
        registers[to] = registers[from]!;
        break;
      case 0x18:
        // A map is known by its number alone.
        registers[to] = immediate;
        at++;
        break;
      case 0x79: {
        const [view, place] = memoryAt(registers[from]! + BigInt(offset), 8);
        registers[to] = view.getBigUint64(place, true);
        break;
      }
      case 0x7b: {
        const [view, place] = memoryAt(registers[to]! + BigInt(offset), 8);
        view.setBigUint64(place, registers[from]!, true);
        break;
      }
      case 0x63: {
        const [view, place] = memoryAt(registers[to]! + BigInt(offset), 4);
        view.setUint32(place, Number(registers[from]! & 0xffff_ffffn), true);
        break;
      }
      case 0x05:
        at += offset;
        break;
      case 0x15:
        if (registers[to] === immediate) at += offset;
        break;
      case 0x35:
        if (registers[to]! >= immediate) at += offset;
        break;
      case 0x55:
        if (registers[to] !== immediate) at += offset;
        break;
      case 0x85:
        call(Number(immediate));
        break;
      case 0x95:
        return { result: registers[0]!, steps };
      default:
        throw new Error(`instruction ${at - 1} is ${operation.toString(16)}`);
    }
  }
  throw new Error('the program does not end');
}
