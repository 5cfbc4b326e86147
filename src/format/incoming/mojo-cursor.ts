/** Events and numbers of MOJO, the binary of Austin. */
import { ByteCursor } from '../encodings/byte-cursor.js';

/** Kinds of events. */
export const event = {
  metadata: 1,
  stack: 2,
  frame: 3,
  invalid: 4,
  frameRef: 5,
  kernel: 6,
  collecting: 7,
  idle: 8,
  time: 9,
  memory: 10,
  string: 11,
  stringRef: 12,
  repeat: 13,
  taskStack: 14,
  taskWaiter: 15,
} as const;

/** No number has more bytes. */
const mostBytes = 10;

export class MojoCursor extends ByteCursor {
  /** The sign is in the second bit, and the first byte has six. @throws PyspyError where it is too large to be exact */
  number(): number {
    const first = this.u8();
    let value = first & 0x3f;
    let byte = first;
    for (let scale = 64, count = 1; byte >= 0x80; scale *= 128) {
      byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (++count > mostBytes || value > Number.MAX_SAFE_INTEGER)
        throw this.fault('a number of it is too large');
    }
    return first & 0x40 ? -value : value;
  }

  /** A number that only tells one thing from others: its bytes, since it may be larger than a number is exact. */
  key(): string {
    const from = this.at;
    while (this.u8() >= 0x80)
      if (this.at - from >= mostBytes) throw this.fault('a number of it is too large');
    const length = this.at - from;
    this.at = from;
    return this.latin1(length);
  }
}
