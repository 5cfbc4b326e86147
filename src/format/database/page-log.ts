/**
 * The pages that a write-ahead log has in place of those of its file, as SQLite takes them from it.
 *
 * After https://www.sqlite.org/fileformat2.html, section 4.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { fileStat } from '../files/file-stat.js';

const headerBytes = 32;
const frameHeaderBytes = 24;
/** First word of a log; the last bit says that its sums are of big-endian words. */
const magic = 0x377f0682;
const version = 3_007_000;

export class PageLog {
  /** Pages that the file has with its log. */
  readonly count: number;
  readonly #descriptor: number;
  /** By page number, where its newest content lies in the log. */
  readonly #places: ReadonlyMap<number, number>;

  private constructor(descriptor: number, places: ReadonlyMap<number, number>, count: number) {
    this.#descriptor = descriptor;
    this.#places = places;
    this.count = count;
  }

  /**
   * Opens the log beside a file, and reads all of it once.
   * @param pageBytes size of the file's pages
   * @returns null where there is none, or none that SQLite would use. The caller closes it.
   */
  static open(file: string, pageBytes: number): PageLog | null {
    const path = `${file}-wal`;
    const stat = fileStat(path);
    if (!stat?.isFile() || stat.size < headerBytes + frameHeaderBytes) return null;
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = readFrames(descriptor, pageBytes);
      if (found !== null) return new PageLog(descriptor, found.places, found.count);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    closeSync(descriptor);
    return null;
  }

  /** Whether a page is in it. */
  has(at: number): boolean {
    return this.#places.has(at);
  }

  /** A page that is in it. */
  read(at: number, pageBytes: number): Buffer {
    const page = Buffer.alloc(pageBytes);
    readSync(this.#descriptor, page, 0, pageBytes, this.#places.get(at)!);
    return page;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Up to the last transaction that is whole: what follows a frame with a wrong sum is of an older log, or was never finished. */
function readFrames(
  descriptor: number,
  pageBytes: number,
): { places: Map<number, number>; count: number } | null {
  const header = Buffer.alloc(headerBytes);
  readSync(descriptor, header, 0, headerBytes, 0);
  const word = header.readUInt32BE(0);
  if ((word & ~1) >>> 0 !== magic || header.readUInt32BE(4) !== version) return null;
  if (header.readUInt32BE(8) !== pageBytes) return null;
  const sum = new Sum((word & 1) === 1);
  sum.add(header, 0, 24);
  if (!sum.is(header, 24)) return null;
  const places = new Map<number, number>();
  let open: [number, number][] = [];
  let count: number | null = null;
  const frame = Buffer.alloc(frameHeaderBytes + pageBytes);
  for (let at = headerBytes; ; at += frame.length) {
    if (readSync(descriptor, frame, 0, frame.length, at) < frame.length) break;
    // The salts of the header are in each frame of this log.
    if (header.compare(frame, 8, 16, 16, 24) !== 0) break;
    sum.add(frame, 0, 8);
    sum.add(frame, frameHeaderBytes, frame.length);
    if (!sum.is(frame, 16)) break;
    const page = frame.readUInt32BE(0);
    if (page === 0) break;
    open.push([page, at + frameHeaderBytes]);
    const pages = frame.readUInt32BE(4);
    if (pages === 0) continue;
    for (const [number, place] of open) places.set(number, place);
    open = [];
    count = pages;
  }
  return count === null ? null : { places, count };
}

/** The sum that goes on from frame to frame, of pairs of words. */
class Sum {
  readonly #isBig: boolean;
  #a = 0;
  #b = 0;

  constructor(isBig: boolean) {
    this.#isBig = isBig;
  }

  add(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at + 8 <= to; at += 8) {
      this.#a = (this.#a + this.#word(bytes, at) + this.#b) >>> 0;
      this.#b = (this.#b + this.#word(bytes, at + 4) + this.#a) >>> 0;
    }
  }

  /** Whether two words, which are big-endian in any case, are the sum. */
  is(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#a && bytes.readUInt32BE(at + 4) === this.#b;
  }

  #word(bytes: Buffer, at: number): number {
    return this.#isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  }
}
