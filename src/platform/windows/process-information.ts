/**
 * What NtQuerySystemInformation tells of all processes and their threads (SystemProcessInformation), from its bytes: entries one
 * behind the other, each followed by its threads. winternl.h has the names of the structures, not all of their fields; these are as
 * phnt (System Informer's headers) has them, on x64.
 */

/** SYSTEM_PROCESS_INFORMATION: its size and fields. */
const entry = {
  size: 256,
  next: 0,
  threadCount: 4,
  created: 32,
  nameBytes: 56,
  name: 64,
  pid: 80,
  parentPid: 88,
} as const;

/** SYSTEM_THREAD_INFORMATION. */
const threadEntry = { size: 80, id: 48, switches: 64, state: 68 } as const;

/** FILETIMEs are in units of 100 ns: too fine for a double since 1601. */
const unitsPerMs = 10_000;

const maxEntries = 100_000;
const maxThreads = 100_000;

export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** When it was created, in ms since 1601. */
  readonly createdMs: number;
  /** Of its program, without a folder. */
  readonly name: string;
  /** Where its threads are in the bytes, and how many. */
  readonly threadsAt: number;
  readonly threadCount: number;
}

export interface ThreadEntry {
  readonly id: number;
  /** KTHREAD_STATE; 0 where it is not told. */
  readonly state: number;
  /** How often it got a processor, modulo 2^32. */
  readonly switches: number;
}

/**
 * By pid, ascending; the idle process (0) is left out.
 * @param base address at which the bytes lie, since names are pointers into them
 */
export function parseProcesses(view: DataView, base: number): Map<number, ProcessEntry> {
  const found: ProcessEntry[] = [];
  for (let at = 0, count = 0; at + entry.size <= view.byteLength && count < maxEntries; count++) {
    const pid = view.getUint32(at + entry.pid, true);
    const threadsAt = at + entry.size;
    const fitting = Math.floor((view.byteLength - threadsAt) / threadEntry.size);
    if (pid !== 0)
      found.push({
        pid,
        parentPid: view.getUint32(at + entry.parentPid, true),
        createdMs: Math.floor(Number(view.getBigInt64(at + entry.created, true)) / unitsPerMs),
        name: nameAt(view, at, base),
        threadsAt,
        threadCount: Math.min(view.getUint32(at + entry.threadCount, true), fitting, maxThreads),
      });
    const next = view.getUint32(at + entry.next, true);
    if (next < entry.size) break;
    at += next;
  }
  return new Map(found.sort((a, b) => a.pid - b.pid).map((process) => [process.pid, process]));
}

/** A process's threads, by id. */
export function parseThreads(
  view: DataView,
  { threadsAt, threadCount }: ProcessEntry,
): Map<number, ThreadEntry> {
  const threads = new Map<number, ThreadEntry>();
  for (let i = 0; i < threadCount; i++) {
    const at = threadsAt + i * threadEntry.size;
    const id = view.getUint32(at + threadEntry.id, true);
    threads.set(id, {
      id,
      state: view.getUint32(at + threadEntry.state, true),
      switches: view.getUint32(at + threadEntry.switches, true),
    });
  }
  return threads;
}

/** UNICODE_STRING: bytes, and a pointer. */
function nameAt(view: DataView, at: number, base: number): string {
  const bytes = view.getUint16(at + entry.nameBytes, true);
  const start = Number(view.getBigUint64(at + entry.name, true)) - base;
  if (bytes === 0 || start < 0 || start + bytes > view.byteLength) return '';
  return Buffer.from(view.buffer, view.byteOffset + start, bytes).toString('utf16le');
}
