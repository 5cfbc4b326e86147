/**
 * What a process was started with, from its own memory: the system keeps it in structures that every process has
 * (winternl.h: PEB, RTL_USER_PROCESS_PARAMETERS; offsets on x64).
 */
import { splitCommandLine } from './command-line.js';
import { access, kernel, room, withProcess } from './kernel.js';

const processBasicInformation = 0;
const basicBytes = 48;
/** In PROCESS_BASIC_INFORMATION, the PEB, and the parameters; the latter are UNICODE_STRINGs. */
const at = { peb: 8, parameters: 32, directory: 56, commandLine: 112 } as const;

/** A path may have 32,767 letters, and so may a command line. */
const maxTextBytes = 65_534;

/** @returns its words; none where they cannot be read */
export function readCommand(pid: number): string[] {
  return splitCommandLine(readText(pid, at.commandLine));
}

/** "" where it cannot be read. */
export function readWorkingDirectory(pid: number): string {
  const path = readText(pid, at.directory);
  // It ends with a separator, also where it is no drive's root.
  return /^.:\\$/.test(path) ? path : path.replace(/\\$/, '');
}

function readText(pid: number, field: number): string {
  const text = withProcess(pid, access.query | access.readMemory, (process) => {
    const basic = room(basicBytes);
    const { NtQueryInformationProcess } = kernel();
    if (NtQueryInformationProcess(process, processBasicInformation, basic.at, basicBytes, 0) < 0) return '';
    const parameters = readPointer(process, pointerIn(basic.view, at.peb) + at.parameters);
    if (parameters === 0) return '';
    const name = readBytes(process, parameters + field, 16);
    const length = Math.min(name?.getUint16(0, true) ?? 0, maxTextBytes);
    const letters = length === 0 ? null : readBytes(process, pointerIn(name!, 8), length);
    return letters === null ? '' : Buffer.from(letters.buffer).toString('utf16le');
  });
  return text ?? '';
}

function readPointer(process: number, address: number): number {
  const view = readBytes(process, address, 8);
  return view === null ? 0 : pointerIn(view, 0);
}

function pointerIn(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function readBytes(process: number, address: number, size: number): DataView | null {
  const { view, at: into } = room(size);
  return kernel().ReadProcessMemory(process, address, into, size, 0) === 0 ? null : view;
}
