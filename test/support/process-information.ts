/** What NtQuerySystemInformation writes of processes, as bytes. */

export interface ToldProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  /** A FILETIME. */
  readonly created: bigint;
  readonly threads: readonly (readonly [id: number, switches: number, state: number])[];
}

const entryBytes = 256;
const threadBytes = 80;

/** @param base address at which the bytes are taken to lie */
export function tellProcesses(processes: readonly ToldProcess[], base: number): DataView {
  let start = 0;
  const parts = processes.map(({ pid, parentPid, name, created, threads }, index) => {
    const letters = Buffer.from(name, 'utf16le');
    const nameAt = entryBytes + threads.length * threadBytes;
    const bytes = Buffer.alloc(Math.ceil((nameAt + letters.length) / 8) * 8);
    bytes.writeUInt32LE(index === processes.length - 1 ? 0 : bytes.length, 0);
    bytes.writeUInt32LE(threads.length, 4);
    bytes.writeBigInt64LE(created, 32);
    bytes.writeUInt16LE(letters.length, 56);
    if (letters.length > 0) bytes.writeBigUInt64LE(BigInt(base + start + nameAt), 64);
    bytes.writeUInt32LE(pid, 80);
    bytes.writeUInt32LE(parentPid, 88);
    for (const [i, [id, switches, state]] of threads.entries()) {
      const at = entryBytes + i * threadBytes;
      bytes.writeUInt32LE(pid, at + 40);
      bytes.writeUInt32LE(id, at + 48);
      bytes.writeUInt32LE(switches, at + 64);
      bytes.writeUInt32LE(state, at + 68);
    }
    letters.copy(bytes, nameAt);
    start += bytes.length;
    return bytes;
  });
  return new DataView(new Uint8Array(Buffer.concat(parts)).buffer);
}
