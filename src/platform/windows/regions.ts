/** The memory map of a process: VirtualQueryEx, and the names of its images. */
import type { Mapping } from '../processes.js';
import { access, addressOf, kernel, room, withProcess } from './kernel.js';
import { processTable } from './processes.js';

/** MEMORY_BASIC_INFORMATION on x64 (winnt.h). */
const regionBytes = 48;
const committed = 0x1000;
const image = 0x1000000;

/** Protection (winnt.h, PAGE_*): the lowest byte is one of these, other bits are modifiers. */
const permissions: Readonly<Record<number, string>> = {
  2: 'r--p',
  4: 'rw-p',
  // A page of an image that nobody has written to as yet.
  8: 'rw-p',
  16: '--xp',
  32: 'r-xp',
  64: 'rwxp',
  128: 'rwxp',
};
const guarded = 0x100;

/** User space ends here (docs: Virtual Address Space, x64). */
const addressEnd = 2 ** 47;
const maxRegions = 1_000_000;
const maxModules = 4096;
const allModules = 3;

export interface Region {
  readonly start: number;
  readonly size: number;
  /** Where what it is a part of begins. */
  readonly allocation: number;
  readonly state: number;
  readonly protection: number;
  readonly type: number;
}

/** @param view of a MEMORY_BASIC_INFORMATION */
export function parseRegion(view: DataView): Region {
  return {
    start: Number(view.getBigUint64(0, true)),
    allocation: Number(view.getBigUint64(8, true)),
    size: Number(view.getBigUint64(24, true)),
    state: view.getUint32(32, true),
    protection: view.getUint32(36, true),
    type: view.getUint32(40, true),
  };
}

/** @param path of the image that it belongs to @returns null for what cannot be read at all */
export function mappingOf(region: Region, path: string): Mapping | null {
  if (region.state !== committed || (region.protection & guarded) !== 0) return null;
  const letters = permissions[region.protection & 0xff];
  if (letters === undefined) return null;
  const isImage = region.type === image;
  return {
    start: region.start,
    end: region.start + region.size,
    permissions: letters,
    fileOffset: isImage ? region.start - region.allocation : 0,
    // An image is known by where it lies: nothing says which file it is of.
    device: isImage ? region.allocation.toString(16) : '0',
    inode: isImage ? 1 : 0,
    path: isImage ? path : '',
    deleted: false,
  };
}

/** As `Platform.readMaps`. */
export function readRegions(pid: number): Mapping[] {
  const mappings = withProcess(pid, access.query | access.readMemory, (process) => {
    const names = readModuleNames(process);
    const found: Mapping[] = [];
    const { view, at } = room(regionBytes);
    let address = 0;
    for (let count = 0; address < addressEnd && count < maxRegions; count++) {
      if (kernel().VirtualQueryEx(process, address, at, regionBytes) === 0) break;
      const region = parseRegion(view);
      const mapping = mappingOf(region, names.get(region.allocation) ?? '');
      if (mapping !== null) found.push(mapping);
      address = region.start + Math.max(region.size, 4096);
    }
    return found;
  });
  if (mappings !== null) return mappings;
  const code = processTable.find(pid) === null ? 'ESRCH' : 'EACCES';
  throw Object.assign(new Error(`${code}: process ${pid} cannot be opened`), { code });
}

/** Path of the program that runs; "" where it cannot be read. */
export function readExecutable(pid: number): string {
  return withProcess(pid, access.query | access.readMemory, (process) => readModuleName(process, 0)) ?? '';
}

/** Paths by address, as far as the process has them in its list of modules: one that has only begun has none. */
function readModuleNames(process: number): Map<number, string> {
  const handles = new BigUint64Array(new ArrayBuffer(maxModules * 8));
  const needed = room(8);
  const { K32EnumProcessModulesEx } = kernel();
  const into = addressOf(new Uint8Array(handles.buffer));
  if (K32EnumProcessModulesEx(process, into, handles.byteLength, needed.at, allModules) === 0)
    return new Map();
  const count = Math.min(maxModules, needed.view.getUint32(0, true) / 8);
  return new Map(
    [...handles.subarray(0, count)].map((handle) => [
      Number(handle),
      readModuleName(process, Number(handle)),
    ]),
  );
}

const maxPath = 32_768;
let pathRoom: ReturnType<typeof room> | undefined;

/** @param module its address; 0 for the program */
function readModuleName(process: number, module: number): string {
  pathRoom ??= room(maxPath * 2);
  const length = kernel().K32GetModuleFileNameExW(process, module, pathRoom.at, maxPath);
  return Buffer.from(pathRoom.bytes.buffer, 0, length * 2).toString('utf16le');
}
