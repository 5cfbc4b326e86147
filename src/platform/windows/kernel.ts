/** The calls of Windows that this platform makes, bound once per thread. */
import koffi from 'koffi';

/** Handles and addresses are numbers below 2^53; buffers are given by their addresses (`addressOf`). */
export interface Kernel {
  OpenProcess(access: number, inherit: number, pid: number): number;
  OpenThread(access: number, inherit: number, id: number): number;
  CloseHandle(handle: number): number;
  /** @returns 0 where it has ended, `waitTimeout` where it runs */
  WaitForSingleObject(handle: number, milliseconds: number): number;
  ReadProcessMemory(process: number, address: number, into: number, size: number, arrived: number): number;
  VirtualQueryEx(process: number, address: number, into: number, size: number): number;
  K32EnumProcessModulesEx(
    process: number,
    into: number,
    size: number,
    needed: number,
    filter: number,
  ): number;
  /** @returns letters without the zero; 0 where it is not told */
  K32GetModuleFileNameExW(process: number, module: number, into: number, letters: number): number;
  IsWow64Process(process: number, into: number): number;
  GetProcessTimes(process: number, created: number, ended: number, kernel: number, user: number): number;
  GetThreadTimes(thread: number, created: number, ended: number, kernel: number, user: number): number;
  GetCurrentThread(): number;
  GetCurrentThreadId(): number;
  SetThreadPriority(thread: number, priority: number): number;
  GetThreadPriority(thread: number): number;
  QueryPerformanceCounter(into: number): number;
  QueryPerformanceFrequency(into: number): number;
  CreateWaitableTimerExW(attributes: number, name: number, flags: number, access: number): number;
  SetWaitableTimer(
    timer: number,
    due: number,
    period: number,
    routine: number,
    argument: number,
    resume: number,
  ): number;
  /** ntdll's: winternl.h. @returns an NTSTATUS */
  NtQuerySystemInformation(kind: number, into: number, size: number, needed: number): number;
  NtQueryInformationProcess(
    process: number,
    kind: number,
    into: number,
    size: number,
    needed: number,
  ): number;
}

const kernel32 = [
  'intptr_t OpenProcess(uint32_t access, int inherit, uint32_t pid)',
  'intptr_t OpenThread(uint32_t access, int inherit, uint32_t id)',
  'int CloseHandle(intptr_t handle)',
  'uint32_t WaitForSingleObject(intptr_t handle, uint32_t milliseconds)',
  'int ReadProcessMemory(intptr_t process, intptr_t address, intptr_t into, size_t size, intptr_t arrived)',
  'size_t VirtualQueryEx(intptr_t process, intptr_t address, intptr_t into, size_t size)',
  'int K32EnumProcessModulesEx(intptr_t process, intptr_t into, uint32_t size, intptr_t needed, uint32_t filter)',
  'uint32_t K32GetModuleFileNameExW(intptr_t process, intptr_t module, intptr_t into, uint32_t letters)',
  'int IsWow64Process(intptr_t process, intptr_t into)',
  'int GetProcessTimes(intptr_t process, intptr_t created, intptr_t ended, intptr_t kernel, intptr_t user)',
  'int GetThreadTimes(intptr_t thread, intptr_t created, intptr_t ended, intptr_t kernel, intptr_t user)',
  'intptr_t GetCurrentThread()',
  'uint32_t GetCurrentThreadId()',
  'int SetThreadPriority(intptr_t thread, int priority)',
  'int GetThreadPriority(intptr_t thread)',
  'int QueryPerformanceCounter(intptr_t into)',
  'int QueryPerformanceFrequency(intptr_t into)',
  'intptr_t CreateWaitableTimerExW(intptr_t attributes, intptr_t name, uint32_t flags, uint32_t access)',
  'int SetWaitableTimer(intptr_t timer, intptr_t due, int period, intptr_t routine, intptr_t argument, int resume)',
];

const ntdll = [
  'int NtQuerySystemInformation(int kind, intptr_t into, uint32_t size, intptr_t needed)',
  'int NtQueryInformationProcess(intptr_t process, int kind, intptr_t into, uint32_t size, intptr_t needed)',
];

let bound: Kernel | undefined;

/** @throws Error if one of the calls is not there */
export function kernel(): Kernel {
  bound ??= { ...bind('kernel32.dll', kernel32), ...bind('ntdll.dll', ntdll) } as unknown as Kernel;
  return bound;
}

function bind(library: string, prototypes: readonly string[]): Record<string, unknown> {
  const loaded = koffi.load(library);
  return Object.fromEntries(
    prototypes.map((prototype) => [/(\w+)\(/.exec(prototype)![1]!, loaded.func(prototype)]),
  );
}

/** What a handle is asked to allow (winnt.h). */
export const access = {
  query: 0x400,
  queryLimited: 0x1000,
  readMemory: 0x10,
  synchronize: 0x100000,
  queryThreadLimited: 0x800,
} as const;

/** WAIT_TIMEOUT: what is waited for is not over. */
export const waitTimeout = 258;

/**
 * The address of a buffer's own bytes, valid as long as the buffer lives. It must have an ArrayBuffer of its own:
 * `new Uint8Array(16)` may lie in the heap, where things move.
 */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}

/** Zeros at a place that does not move. @param size in bytes */
export function room(size: number): {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly at: number;
} {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  return { bytes, view: new DataView(bytes.buffer), at: addressOf(bytes) };
}

/**
 * Opens a process for as long as something is asked of it.
 * @returns what `ask` does; null where it cannot be opened
 */
export function withProcess<T>(pid: number, rights: number, ask: (process: number) => T): T | null {
  const process = kernel().OpenProcess(rights, 0, pid);
  if (process === 0) return null;
  try {
    return ask(process);
  } finally {
    kernel().CloseHandle(process);
  }
}

/** FILETIME and LARGE_INTEGER as a number: exact below 2^53. */
export function longAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
}
