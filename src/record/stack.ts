/** One walked stack: addresses of the frames met, and (code, instruction) of those that are Python's. Reused. */
import type { StackTail } from './stack-tail.js';

export class Stack {
  /** Python frames, innermost first. */
  code = new Float64Array(64);
  instruction = new Float64Array(64);
  /** Index of each in `address`. */
  place = new Float64Array(64);
  depth = 0;
  /** Every kept frame, Python's or not: where to look next time. */
  address = new Float64Array(64);
  met = 0;
  /** Frames left out between the Python frames `cut - 1` and `cut`; Infinity where the walk did not reach the end. */
  leftOut = 0;
  cut = 0;

  get truncated(): boolean {
    return this.leftOut > 0;
  }

  /** How many Python frames follow each other without a gap up to the outermost. */
  get wholeOuter(): number {
    return this.truncated ? this.depth - this.cut : this.depth;
  }

  clear(): void {
    this.depth = 0;
    this.met = 0;
    this.leftOut = 0;
    this.cut = 0;
  }

  /** Whether a Python frame is the same as one of another stack: its place in memory, and its code. */
  hasSame(frame: number, other: Stack, otherFrame: number): boolean {
    return (
      this.code[frame] === other.code[otherFrame] &&
      this.address[this.place[frame]!] === other.address[other.place[otherFrame]!]
    );
  }

  meet(address: number): void {
    if (this.met === this.address.length) this.address = grown(this.address);
    this.address[this.met++] = address;
  }

  /** Adds the frame that was met last, a Python one. */
  push(code: number, instruction: number): void {
    if (this.depth === this.code.length) {
      this.code = grown(this.code);
      this.instruction = grown(this.instruction);
      this.place = grown(this.place);
    }
    this.place[this.depth] = this.met - 1;
    this.code[this.depth] = code;
    this.instruction[this.depth++] = instruction;
  }

  /** Appends the outermost frames. */
  append(tail: StackTail): void {
    this.leftOut = tail.leftOut;
    this.cut = this.depth;
    tail.forEach((address, code, instruction) => {
      this.meet(address);
      if (code !== 0) this.push(code, instruction);
    });
  }

  /** Notes that frames are missing at the outer end, nobody knows how many. */
  cutOff(): void {
    this.leftOut = Number.POSITIVE_INFINITY;
    this.cut = this.depth;
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
