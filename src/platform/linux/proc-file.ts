/**
 * A small file under /proc that is read again and again. It stays open, which is the quickest; where file descriptors are
 * few it is opened anew for each look, since what cannot be asked is not known.
 */
import { addressOf, errno, errnos, libc } from './libc.js';

/** How many files may stay open. */
export class Descriptors {
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  /** @returns whether there was one */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  give(): void {
    this.#left++;
  }
}

/** Why a file could not be read. */
export const unread = {
  /** It, or whatever it tells of, is not there any more. */
  gone: 0,
  /** It may not be read. */
  refused: -1,
  /** There is no descriptor, or no memory, for it just now. */
  notNow: -2,
} as const;

/** O_RDONLY and O_CLOEXEC (include/uapi/asm-generic/fcntl.h). */
const openFlags = 0x80000;
const notOpen = -1;

export class ProcFile {
  readonly #libc = libc();
  readonly #path: Uint8Array;
  readonly #descriptors: Descriptors;
  #fd = notOpen;
  #stays: boolean;

  /** Nothing is opened before the first `read`; `close` ends its use. */
  constructor(path: string, descriptors: Descriptors) {
    // A buffer of its own, which does not move.
    this.#path = new Uint8Array(new ArrayBuffer(Buffer.byteLength(path) + 1));
    new TextEncoder().encodeInto(path, this.#path);
    this.#descriptors = descriptors;
    this.#stays = descriptors.take();
  }

  /**
   * Reads from its beginning.
   * @param into address of a buffer (`addressOf`)
   * @returns the number of bytes, or why there are none (`unread`)
   */
  read(into: number, size: number): number {
    if (this.#fd === notOpen) {
      const fd = this.#libc.open(addressOf(this.#path), openFlags);
      if (fd < 0) return faultOf(errno());
      this.#fd = fd;
    }
    const length = this.#libc.pread(this.#fd, into, size, 0);
    const fault = length < 0 ? faultOf(errno()) : length;
    if (!this.#stays) this.#release();
    return fault;
  }

  close(): void {
    this.#release();
    if (this.#stays) this.#descriptors.give();
    this.#stays = false;
  }

  #release(): void {
    if (this.#fd !== notOpen) this.#libc.close(this.#fd);
    this.#fd = notOpen;
  }
}

function faultOf(error: number): number {
  if (error === errnos.ENOENT || error === errnos.ESRCH) return unread.gone;
  return error === errnos.EMFILE || error === errnos.ENFILE || error === errnos.ENOMEM
    ? unread.notNow
    : unread.refused;
}
