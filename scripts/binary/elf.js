// Reads and changes ELF files for 64-bit little-endian systems (elf.h): bytes in, bytes out. A program gets the
// note that Node looks for and a beginning of its own, and loses what only debuggers read.

/** Sizes of the header, of a program header and of a note's header. */
const headerBytes = 64;
const entryBytes = 56;
const noteBytes = 12;
/** Kinds of program headers. */
const kind = { load: 1, dynamic: 2, note: 4, table: 6 };
/** What a segment allows (p_flags). */
const access = { run: 1, write: 2, read: 4 };
/** The largest pages of the systems that are supported (arm64). */
const pageBytes = 0x10000;

/**
 * @typedef {object} Segment
 * @property {number} type
 * @property {number} flags
 * @property {number} offset in the file
 * @property {number} address
 * @property {number} fileSize
 * @property {number} memorySize
 * @property {number} align
 */

/**
 * @typedef {object} Entry what runs first
 * @property {Buffer} code ends in a jump to where the program begins
 * @property {(code: Buffer, distance: number) => void} jump sets how far that is, in bytes from the end of the code
 * @property {Buffer} data that the code may write; it lies 64 KiB after it
 */

/**
 * @param {Buffer} bytes a whole file, or its beginning
 * @returns {{ machine: number, segments: Segment[] }}
 * @throws {Error} if it is no such file
 */
export function readElf(bytes) {
  const isElf = bytes.length >= headerBytes && bytes.readUInt32BE(0) === 0x7f454c46;
  if (!isElf || bytes[4] !== 2 || bytes[5] !== 1) throw new Error('no 64-bit little-endian ELF file');
  const [table, size, count] = [number(bytes, 32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  if (size !== entryBytes) throw new Error(`program headers of ${size} bytes`);
  const segments = Array.from({ length: count }, (_, i) => readSegment(bytes, table + i * entryBytes));
  return { machine: bytes.readUInt16LE(18), segments };
}

/** @param {Buffer} bytes @param {number} at @returns {Segment} */
function readSegment(bytes, at) {
  const [offset, address, , fileSize, memorySize, align] = [8, 16, 24, 32, 40, 48].map((field) =>
    number(bytes, at + field),
  );
  const [type, flags] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
  return { type, flags, ...numbers({ offset, address, fileSize, memorySize, align }) };
}

/** @template {string} K @param {Record<K, number | undefined>} values @returns {Record<K, number>} */
function numbers(values) {
  return /** @type {Record<K, number>} */ (values);
}

/**
 * A program with a note more, loaded with it, and without sections: symbols and debugging information are in them alone.
 * @param {Buffer} program
 * @param {{ name: string, data: Buffer }} note
 * @param {Entry | null} entry
 */
export function extend(program, note, entry = null) {
  const { segments } = readElf(program);
  const loads = segments.filter(({ type }) => type === kind.load);
  const first = loads[0];
  if (first === undefined || first.offset !== 0) throw new Error('its header is not loaded');
  // Old kernels (before 5.18) take it that the table of program headers lies as far from its place in the file as the first
  // segment, so all that is new does.
  const shift = first.address;
  const fileEnd = Math.max(...loads.map(({ offset, fileSize }) => offset + fileSize));
  const memoryEnd = Math.max(...loads.map(({ address, memorySize }) => address + memorySize)) - shift;
  const count = segments.length + (entry === null ? 2 : 4);
  const tableAt = wholePages(Math.max(fileEnd, memoryEnd));
  const noteAt = tableAt + Math.ceil((count * entryBytes) / 16) * 16;
  const noteText = makeNote(note.name, note.data);

  /** @param {number} type @param {number} flags @param {number} offset @param {number} size @param {number} align @returns {Segment} */
  const added = (type, flags, offset, size, align) => {
    return { type, flags, offset, address: offset + shift, fileSize: size, memorySize: size, align };
  };
  const noteEnd = noteAt + noteText.length;
  /** @type {{ at: number, bytes: Buffer }[]} */
  const pieces = [{ at: noteAt, bytes: noteText }];
  const newLoads = [added(kind.load, access.read, tableAt, noteEnd - tableAt, pageBytes)];
  if (entry !== null) {
    const codeAt = wholePages(noteEnd);
    const dataAt = codeAt + pageBytes;
    const code = Buffer.from(entry.code);
    entry.jump(code, number(program, 24) - (codeAt + shift + code.length));
    pieces.push({ at: codeAt, bytes: code }, { at: dataAt, bytes: entry.data });
    newLoads.push(
      added(kind.load, access.read | access.run, codeAt, code.length, pageBytes),
      added(kind.load, access.read | access.write, dataAt, entry.data.length, pageBytes),
    );
  }
  const all = segments.map((segment) =>
    segment.type === kind.table ? added(kind.table, access.read, tableAt, count * entryBytes, 8) : segment,
  );
  // Those that are loaded are in the order of their addresses.
  all.splice(segments.lastIndexOf(loads.at(-1) ?? first) + 1, 0, ...newLoads);
  all.push(added(kind.note, access.read, noteAt, noteText.length, 4));

  const made = Buffer.alloc(Math.max(...pieces.map(({ at, bytes }) => at + bytes.length)));
  program.copy(made, 0, 0, fileEnd);
  all.forEach((segment, i) => {
    writeSegment(made, tableAt + i * entryBytes, segment);
  });
  for (const { at, bytes } of pieces) bytes.copy(made, at);
  if (entry !== null) made.writeBigUInt64LE(BigInt(/** @type {Segment} */ (newLoads[1]).address), 24);
  made.writeBigUInt64LE(BigInt(tableAt), 32);
  made.writeUInt16LE(all.length, 56);
  // Sections: where they are, how many, and which has their names.
  made.writeBigUInt64LE(0n, 40);
  made.writeUInt16LE(0, 60);
  made.writeUInt16LE(0, 62);
  return made;
}

/** @param {number} bytes */
function wholePages(bytes) {
  return Math.ceil(bytes / pageBytes) * pageBytes;
}

/** @param {Buffer} bytes @param {number} at @param {Segment} segment */
function writeSegment(bytes, at, { type, flags, offset, address, fileSize, memorySize, align }) {
  bytes.writeUInt32LE(type, at);
  bytes.writeUInt32LE(flags, at + 4);
  [offset, address, address, fileSize, memorySize, align].forEach((value, i) => {
    bytes.writeBigUInt64LE(BigInt(value), at + 8 + i * 8);
  });
}

/** @param {string} name @param {Buffer} data */
function makeNote(name, data) {
  const nameBytes = Math.ceil((name.length + 1) / 4) * 4;
  const note = Buffer.alloc(Math.ceil((noteBytes + nameBytes + data.length) / 4) * 4);
  note.writeUInt32LE(name.length + 1, 0);
  note.writeUInt32LE(data.length, 4);
  note.write(name, noteBytes, 'latin1');
  data.copy(note, noteBytes + nameBytes);
  return note;
}

/**
 * The versions of symbols that a file needs of libraries, such as "GLIBC_2.34".
 * @param {Buffer} bytes
 * @returns {string[]}
 */
export function neededVersions(bytes) {
  const { segments } = readElf(bytes);
  const dynamic = segments.find(({ type }) => type === kind.dynamic);
  if (dynamic === undefined) return [];
  /** @param {number} address */
  const offsetOf = (address) => {
    const segment = segments.find(
      ({ type, address: from, fileSize }) =>
        type === kind.load && address >= from && address < from + fileSize,
    );
    if (segment === undefined) throw new Error(`nothing is loaded at 0x${address.toString(16)}`);
    return address - segment.address + segment.offset;
  };
  /** @type {Map<number, number>} */
  const entries = new Map();
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.fileSize; at += 16)
    entries.set(number(bytes, at), number(bytes, at + 8));
  // DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM
  const [strings, needs, count] = [entries.get(5), entries.get(0x6ffffffe), entries.get(0x6fffffff)];
  if (strings === undefined || needs === undefined || count === undefined) return [];
  const names = offsetOf(strings);
  const found = new Set();
  let library = offsetOf(needs);
  for (let i = 0; i < count; i++) {
    let version = library + bytes.readUInt32LE(library + 8);
    for (let j = bytes.readUInt16LE(library + 2); j > 0; j--) {
      const name = names + bytes.readUInt32LE(version + 8);
      found.add(bytes.toString('latin1', name, bytes.indexOf(0, name)));
      version += bytes.readUInt32LE(version + 12);
    }
    library += bytes.readUInt32LE(library + 12);
  }
  return [...found].sort();
}

/** @param {Buffer} bytes @param {number} at */
function number(bytes, at) {
  return Number(bytes.readBigUInt64LE(at));
}
