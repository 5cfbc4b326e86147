/** A Windows image as it lies in memory, for tests: headers, sections and exports, at addresses from 0. */

export interface PeImageOptions {
  /** Name and address of each section; a page long. */
  readonly sections: readonly (readonly [name: string, address: number])[];
  /** Where the directory of exports is, and what it has. */
  readonly exports: { readonly address: number; readonly symbols: Readonly<Record<string, number>> };
  readonly machine?: number;
  readonly magic?: number;
}

const pageSize = 4096;
/** Where the PE header is put. */
const head = 0x80;
const optional = head + 24;

export function makePeImage({
  sections,
  exports,
  machine = 0x8664,
  magic = 0x20b,
}: PeImageOptions): Uint8Array {
  const size = pageSize * 16;
  const image = Buffer.alloc(size);
  image.write('MZ', 0, 'latin1');
  image.writeUInt32LE(head, 60);
  image.write('PE\0\0', head, 'latin1');
  image.writeUInt16LE(machine, head + 4);
  image.writeUInt16LE(sections.length, head + 6);
  image.writeUInt32LE(0x6543_2100, head + 8);
  image.writeUInt16LE(240, head + 20);
  image.writeUInt16LE(magic, optional);
  image.writeUInt32LE(size, optional + 56);
  image.writeUInt32LE(16, optional + 108);
  for (const [i, [name, address]] of sections.entries()) {
    const at = optional + 240 + i * 40;
    image.write(name, at, 8, 'latin1');
    image.writeUInt32LE(pageSize, at + 8);
    image.writeUInt32LE(address, at + 12);
  }
  const length = writeExports(image, exports.address, Object.entries(exports.symbols));
  image.writeUInt32LE(exports.address, optional + 112);
  image.writeUInt32LE(length, optional + 116);
  return new Uint8Array(image);
}

/** IMAGE_EXPORT_DIRECTORY, then addresses, names and ordinals as linkers put them. @returns its length */
function writeExports(image: Buffer, start: number, symbols: readonly (readonly [string, number])[]): number {
  const sorted = [...symbols].sort(([a], [b]) => (a < b ? -1 : 1));
  const [functions, names, ordinals] = [40, 40 + symbols.length * 4, 40 + symbols.length * 8];
  image.writeUInt32LE(symbols.length, start + 20);
  image.writeUInt32LE(symbols.length, start + 24);
  image.writeUInt32LE(start + functions, start + 28);
  image.writeUInt32LE(start + names, start + 32);
  image.writeUInt32LE(start + ordinals, start + 36);
  let at = start + ordinals + symbols.length * 2;
  for (const [i, [name, address]] of sorted.entries()) {
    // The table of addresses has an order of its own.
    const index = symbols.length - 1 - i;
    image.writeUInt32LE(address, start + functions + index * 4);
    image.writeUInt16LE(index, start + ordinals + i * 2);
    image.writeUInt32LE(at, start + names + i * 4);
    at += image.write(`${name}\0`, at, 'latin1');
  }
  return at - start;
}
