/** One walked stack: addresses of the frames met, and (code, instruction) of those that are Python's. Reused. */
import type { StackTail } from './stack-tail.js';

/** What the frame that was walked before, the one it called, is known by; 0 if by nothing. */
export const link = {
  /** It is among the frame's values, and the frame stands where such a thing is called. */
  seen: 1,
  /** All copies agree on it: on both frames' code, on who called, and from where. */
  agreed: 2,
  /** Both were read within nanoseconds, in one range, so that no change fell between them; or it may be what C code was called with. */
  near: 4,
  /** Seen, and in the very slot of which the frame says that it called from there. */
  exact: 8,
  /** The caller waits for a frame that it entered itself, with no C code between. */
  waits: 16,
  /** From this bit on: in which slot of the caller's evaluation stack it was seen. */
  slotShift: 5,
} as const;

/** Of so many frames it is kept what they wait for. */
export const heldFrames = 3;

export class Stack {
  /** Python frames, innermost first. */
  code = new Float64Array(64);
  instruction = new Float64Array(64);
  /** Index of each in `address`. */
  place = new Float64Array(64);
  /** Bits of `link` of each: how it goes together with the frame before. */
  links = new Uint16Array(64);
  /** Address of the function that each of the innermost frames waits for, 0 where that is not known. */
  readonly waitsFor = new Float64Array(heldFrames);
  depth = 0;
  /** Every kept frame, Python's or not: where to look next time. */
  address = new Float64Array(64);
  met = 0;
  /** Frames left out between the Python frames `cut - 1` and `cut`; Infinity where the walk did not reach the end. */
  leftOut = 0;
  cut = 0;
  /** Whether it is unknown what lies between the innermost frame, if there is one, and the frame `cut`. */
  torn = false;
  /** Of the frames from the outermost on, how many are proven. */
  proven = 0;

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
    this.proven = 0;
    this.torn = false;
    this.waitsFor.fill(0);
  }

  meet(address: number): void {
    if (this.met === this.address.length) this.address = grown(this.address);
    this.address[this.met++] = address;
  }

  /** Adds the frame that was met last, a Python one. */
  push(code: number, instruction: number, links: number): void {
    if (this.depth === this.code.length) {
      this.code = grown(this.code);
      this.instruction = grown(this.instruction);
      this.place = grown(this.place);
      const longer = new Uint16Array(this.links.length * 2);
      longer.set(this.links);
      this.links = longer;
    }
    this.place[this.depth] = this.met - 1;
    this.code[this.depth] = code;
    this.links[this.depth] = links;
    this.instruction[this.depth++] = instruction;
  }

  /** Appends the outermost frames. */
  append(tail: StackTail): void {
    this.leftOut = tail.leftOut;
    this.cut = this.depth;
    tail.forEach((address, code, instruction, links) => {
      this.meet(address);
      if (code !== 0) this.push(code, instruction, links);
    });
  }

  /** Notes that an unknown number of frames is missing at the outer end. */
  cutOff(): void {
    this.leftOut = Number.POSITIVE_INFINITY;
    this.cut = this.depth;
  }

  /** Leaves what is certain: the proven frames, and the innermost one, if that was running and not on behalf of another. */
  tear(): void {
    const { depth, proven } = this;
    const hasInnermost = depth > 0 && this.place[0] === 0;
    const kept = Math.min(proven, this.wholeOuter, depth - (hasInnermost ? 1 : 0));
    this.leftOut = 0;
    this.torn = true;
    this.cut = hasInnermost ? 1 : 0;
    for (const list of [this.code, this.instruction, this.place])
      list.copyWithin(this.cut, depth - kept, depth);
    this.depth = this.cut + kept;
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
