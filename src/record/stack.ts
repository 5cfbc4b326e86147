/** One walked stack: addresses of the frames met, and (code, instruction) of those that are Python's. Reused. */

export class Stack {
  /** Python frames, innermost first. */
  code = new Float64Array(64);
  instruction = new Float64Array(64);
  /** Index of each in `address`. */
  place = new Float64Array(64);
  depth = 0;
  /** Every frame met on the way, Python's or not: where to look next time. */
  address = new Float64Array(64);
  met = 0;
  /** The walk ended at the limit, not at the outermost frame. */
  truncated = false;

  clear(): void {
    this.depth = 0;
    this.met = 0;
    this.truncated = false;
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
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
