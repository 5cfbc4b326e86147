/** Maps and programs in the kernel: bpf(2), include/uapi/linux/bpf.h. Descriptors are closed at exec. */
import { architecture } from '../architecture.js';
import { addressOf, errno, errnos } from '../libc.js';
import { interruptCalls, Structure } from './calls.js';

const command = { createMap: 0, loadProgram: 5 } as const;
const BPF_MAP_TYPE_ARRAY = 2;
/** The map can be part of a process's memory (Linux 5.5). */
const BPF_F_MMAPABLE = 1 << 10;
const BPF_PROG_TYPE_PERF_EVENT = 7;

/** Which the kernel asks of programs that read memory (license_is_gpl_compatible); it is that of the program in the kernel alone. */
const license = 'Dual MIT/GPL';

const mostTries = 10;

/** Bytes of `union bpf_attr` that are given; what the kernel does not know has to be zero. */
const attributeBytes = 120;

/**
 * Makes an array of values that can be mapped.
 * @returns its descriptor, or errno as a negative number
 */
export function createMap(valueBytes: number, values: number): number {
  const attributes = new Structure(attributeBytes);
  attributes.u32(0, BPF_MAP_TYPE_ARRAY).u32(4, 4).u32(8, valueBytes).u32(12, values).u32(16, BPF_F_MMAPABLE);
  return call(command.createMap, attributes);
}

/**
 * Has the kernel check a program and take it.
 * @returns its descriptor, or errno as a negative number
 */
export function loadProgram(program: Uint8Array<ArrayBuffer>): number {
  const text = new Uint8Array(new ArrayBuffer(16));
  text.set(Buffer.from(license, 'latin1'));
  const attributes = new Structure(attributeBytes);
  attributes.u32(0, BPF_PROG_TYPE_PERF_EVENT).u32(4, program.byteLength / 8);
  attributes.u64(8, addressOf(program)).u64(16, addressOf(text));
  // A signal that comes while the program is checked ends that, as if nobody had asked (bpf_check in kernel/bpf/verifier.c).
  for (let tries = 1; ; tries++) {
    const result = call(command.loadProgram, attributes);
    if (result !== -errnos.EAGAIN || tries === mostTries) return result;
  }
}

function call(which: number, attributes: Structure): number {
  const { bpf } = architecture.interrupts!.calls;
  const result = interruptCalls().syscall(bpf, which, attributes.address, attributes.bytes, 0, 0);
  return result < 0 ? -errno() : result;
}
