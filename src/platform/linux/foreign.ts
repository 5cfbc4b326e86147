/** Whether a program was made for another machine than this one: it may run here, emulated or as 32 bits, but not be read. */
import { readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Foreign } from '../processes.js';
import { readRegular } from '../regular-file.js';
import { readExecutable } from './proc.js';

/** e_machine by Node's name of the architecture, and what people call it (elf(5); the ELF supplements of each). */
const machines: Readonly<Record<number, { readonly node: string; readonly name: string }>> = {
  3: { node: 'ia32', name: 'i386' },
  22: { node: 's390x', name: 's390x' },
  21: { node: 'ppc64', name: 'ppc64' },
  40: { node: 'arm', name: '32-bit ARM' },
  62: { node: 'x64', name: 'x86-64' },
  183: { node: 'arm64', name: 'arm64' },
  243: { node: 'riscv64', name: 'riscv64' },
  258: { node: 'loong64', name: 'loong64' },
};

/** Emulators of whole programs, by name: what runs in them has the emulator's memory around it. */
const emulators = /^(?:qemu-[a-z0-9_]+(?:-static)?|rosetta|box64|FEXInterpreter|FEXLoader)$/;

/** Bytes of an ELF file up to e_machine. */
const headBytes = 20;

/** As `Platform.explainForeign`. */
export function explainForeign(pid: number): Foreign | null {
  const name = basename(readExecutable(pid));
  if (emulators.test(name))
    return {
      reason: `it runs in ${name}, which emulates another processor`,
      hint: 'Record where that processor is a real one, or inside a whole emulated system.',
    };
  const head = readHead(`/proc/${pid}/exe`);
  return head === null ? null : explainHead(head, process.arch);
}

/**
 * @param head the first 20 bytes of its file
 * @param own Node's name of this machine's architecture
 */
export function explainHead(head: Uint8Array, own: string): Foreign | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.byteLength < headBytes || view.getUint32(0) !== 0x7f454c46) return null;
  const isLittle = head[5] === 1;
  const number = view.getUint16(18, isLittle);
  const machine = machines[number];
  const bits = head[4] === 1 ? 32 : 64;
  if (bits === 64 && isLittle && machine?.node === own) return null;
  const madeFor = machine?.name ?? `machine ${number} (ELF)`;
  return {
    reason: `it is a ${bits}-bit program for ${madeFor}`,
    hint: `Here pyspy reads 64-bit programs for ${own}.`,
  };
}

function readHead(path: string): Uint8Array | null {
  try {
    return readRegular(path, (fd) => {
      const head = new Uint8Array(headBytes);
      return readSync(fd, head, 0, headBytes, 0) === headBytes ? head : null;
    });
  } catch {
    return null;
  }
}
