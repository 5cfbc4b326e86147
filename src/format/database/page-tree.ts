/**
 * The trees of pages that an SQLite file is made of, checked before SQLite opens it: a page that has two parents, each of which
 * has two, makes a table of a few kilobytes that takes for ever to read, the list of tables first of all.
 *
 * After https://www.sqlite.org/fileformat2.html, sections 1.3 to 1.6 and 2.6.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { fileStat } from '../files/file-stat.js';
import { damagedTrace } from './column.js';
import { PageLog } from './page-log.js';

/** Kinds of pages; what is none of these SQLite refuses itself. */
const kinds = { indexInterior: 2, tableInterior: 5, tableLeaf: 13 };
const fileHeaderBytes = 100;
/** Of the header, the byte that says how the file is to be read: 2 in write-ahead mode. */
const readVersionAt = 19;
/** Neighbouring pages are read together. */
const blockBytes = 1 << 16;
const keptBlocks = 64;
/** How long a fault may come from a program that writes at the same time. */
const patienceMs = 5_000;
const stepMs = 100;
/** Of a row that describes a table: type, names and root page come before the statement, which may be long. */
const maxDescriptionBytes = 4_000;

/**
 * Refuses a file in which a page belongs to two trees, or twice to one. What takes a page of each is then bounded by the
 * size of the file and its log, whose pages count in place of the file's.
 * @param path how to call it in an error
 * @param file its real name
 * @throws PyspyError of kind "trace"
 */
export function refuseSharedPages(path: string, file: string): void {
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    const before = stateOf(file);
    const fault = findFault(file);
    // A recorder may have written meanwhile, or folded its log in; or another program made a mark.
    if (fault === null || stateOf(file) !== before) return;
    // Who writes into a finished trace has a journal, and may have written half of it: SQLite waits for that, too.
    if (!hasContent(`${file}-journal`) || waitedMs >= patienceMs) throw damagedTrace(path, fault);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stepMs);
  }
}

/** Tells a file and its log from what they are when something was written. */
function stateOf(file: string): string {
  const stats = [file, `${file}-wal`].map((name) => fileStat(name));
  return stats.map((stat) => `${stat?.ino} ${stat?.size} ${stat?.mtimeMs}`).join(', ');
}

function hasContent(file: string): boolean {
  return (fileStat(file)?.size ?? 0) > 0;
}

function findFault(file: string): string | null {
  const pages = new Pages(file);
  try {
    const seen = new Uint8Array(pages.inFile + 1);
    /** Those that only the log has: it may call them by any number. */
    const seenBeyond = new Set<number>();
    // The table of tables has its root in page 1. The roots of the others are in its leaves, and all are checked in turn.
    const roots = [1];
    for (let root = roots.pop(); root !== undefined; root = roots.pop()) {
      const isSchema = root === 1;
      const open = [root];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        // Beyond the end: SQLite refuses that itself.
        if (!pages.has(at)) continue;
        if (seen[at] === 1 || seenBeyond.has(at))
          return `page ${at} of it belongs to two tables, or twice to one`;
        if (at <= pages.inFile) seen[at] = 1;
        else seenBeyond.add(at);
        const children = pages.children(at);
        if (children !== null) for (const child of children) open.push(child);
        else if (isSchema) {
          const found = pages.rootsIn(at);
          if (found === null) return `its list of tables (page ${at}) is not as SQLite writes one`;
          for (const other of found) roots.push(other);
        }
      }
    }
    return null;
  } finally {
    pages.close();
  }
}

class Pages {
  readonly inFile: number;
  readonly #count: number;
  readonly #descriptor: number;
  readonly #size: number;
  /** Of a page, what is not reserved. */
  readonly #usable: number;
  readonly #blocks = new Map<number, Buffer>();
  readonly #log: PageLog | null;

  constructor(file: string) {
    this.#descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const header = Buffer.alloc(fileHeaderBytes);
    readSync(this.#descriptor, header, 0, header.length, 0);
    const size = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    // Other sizes SQLite refuses.
    const isPossible = size >= 512 && (size & (size - 1)) === 0;
    this.#size = isPossible ? size : 512;
    // A file that is not in write-ahead mode has no log, whatever lies beside it.
    this.#log = isPossible && header[readVersionAt] === 2 ? PageLog.open(file, size) : null;
    this.inFile = isPossible ? Math.floor((fileStat(file)?.size ?? 0) / size) : 0;
    this.#count = this.#log?.count ?? this.inFile;
    this.#usable = Math.max(480, this.#size - (this.has(1) ? this.#read(1) : header)[20]!);
  }

  close(): void {
    this.#log?.close();
    closeSync(this.#descriptor);
  }

  /** Whether there is a page of that number, in the file or its log. */
  has(at: number): boolean {
    return at >= 1 && at <= this.#count && (at <= this.inFile || this.#log?.has(at) === true);
  }

  /** Numbers of the pages below; null for a leaf. */
  children(at: number): number[] | null {
    const page = this.#read(at);
    const start = at === 1 ? fileHeaderBytes : 0;
    const kind = page[start];
    if (kind !== kinds.tableInterior && kind !== kinds.indexInterior) return null;
    const found = [page.readUInt32BE(start + 8)];
    for (const cell of cellsOf(page, start, 12))
      if (cell + 4 <= page.length) found.push(page.readUInt32BE(cell));
    return found;
  }

  /** Root pages of the tables and indexes that a leaf of the table of tables describes; null where it is not plain. */
  rootsIn(at: number): number[] | null {
    const page = this.#read(at);
    const start = at === 1 ? fileHeaderBytes : 0;
    if (page[start] !== kinds.tableLeaf) return [];
    const found: number[] = [];
    for (const cell of cellsOf(page, start, 8)) {
      const row = this.#payload(page, cell);
      const root = row === null ? null : readRoot(row);
      if (root === null) return null;
      // A view has none.
      if (root > 0) found.push(root);
    }
    return found;
  }

  /** The first bytes of a row; null where its length is not. */
  #payload(page: Buffer, cell: number): Buffer | null {
    const [length, afterLength] = readVarint(page, cell);
    if (length === null) return null;
    const from = readVarint(page, afterLength)[1];
    const usable = this.#usable;
    const most = usable - 35;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const spare = least + ((length - least) % (usable - 4));
    const local = length <= most ? length : spare <= most ? spare : least;
    const parts = [page.subarray(from, from + local)];
    let next = length > local && from + local + 4 <= page.length ? page.readUInt32BE(from + local) : 0;
    for (let bytes = local; bytes < Math.min(length, maxDescriptionBytes) && this.has(next); ) {
      const overflow = this.#read(next);
      parts.push(overflow.subarray(4, usable));
      bytes += usable - 4;
      next = overflow.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  }

  #read(at: number): Buffer {
    if (this.#log?.has(at)) return this.#log.read(at, this.#size);
    const from = (at - 1) * this.#size;
    const number = Math.floor(from / blockBytes);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = Buffer.alloc(blockBytes);
      readSync(this.#descriptor, block, 0, blockBytes, number * blockBytes);
      if (this.#blocks.size >= keptBlocks) this.#blocks.clear();
      this.#blocks.set(number, block);
    }
    return block.subarray(from % blockBytes, (from % blockBytes) + this.#size);
  }
}

/** Where the cells of a page are, as SQLite takes it: within the page, whatever it says. */
function* cellsOf(page: Buffer, start: number, headerBytes: number): Generator<number, void> {
  const first = start + headerBytes;
  const count = Math.min(page.readUInt16BE(start + 3), (page.length - first) >> 1);
  for (let cell = 0; cell < count; cell++) yield page.readUInt16BE(first + 2 * cell) & (page.length - 1);
}

/** The fourth column of a row of the table of tables; null where that is no integer, which SQLite might take for one. */
function readRoot(row: Buffer): number | null {
  let [from, at] = readVarint(row, 0);
  for (let column = 0; from !== null; column++) {
    const [type, next] = readVarint(row, at);
    if (type === null) break;
    const bytes = type >= 12 ? (type - (type % 2) - 12) / 2 : (integerBytes[type] ?? 0);
    if (column === 3) {
      if (type === 0 || type === 8) return 0;
      if (type === 9) return 1;
      return type <= 6 && from + bytes <= row.length ? readInteger(row, from, bytes) : null;
    }
    from += bytes;
    at = next;
  }
  return null;
}

/** By serial type. */
const integerBytes = [0, 1, 2, 3, 4, 6, 8, 8];

function readInteger(row: Buffer, at: number, bytes: number): number {
  let value = 0;
  for (let byte = 0; byte < bytes; byte++) value = value * 256 + row[at + byte]!;
  return value;
}

/** More bytes than these no length in a description has. */
const shortVarint = 4;

/** @returns value, null where it is longer than it has to be here, and the position behind it */
function readVarint(bytes: Buffer, at: number): [number | null, number] {
  let value = 0;
  for (let length = 0; length < 8; length++) {
    const byte = bytes[at + length] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [length < shortVarint ? value : null, at + length + 1];
  }
  return [null, at + 9];
}
