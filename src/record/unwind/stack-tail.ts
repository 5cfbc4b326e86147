/** The outermost frames of a stack that is deeper than is kept: a ring that holds the last ones of a walk. */

export class StackTail {
  readonly #size: number;
  #address = new Float64Array(0);
  #code = new Float64Array(0);
  #instruction = new Float64Array(0);
  #links = new Uint16Array(0);
  #isFetched = new Uint8Array(0);
  #count = 0;

  /** @param size frames that are kept */
  constructor(size: number) {
    this.#size = size;
  }

  clear(): void {
    this.#count = 0;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Frames that the ring has let go. */
  get leftOut(): number {
    return Math.max(0, this.#count - this.#size);
  }

  /** Whether one of the kept frames was not where the planned read looked. */
  get missed(): boolean {
    if (this.#count === 0) return false;
    return this.#isFetched.subarray(0, Math.min(this.#count, this.#size)).includes(1);
  }

  /**
   * @param code 0 for a frame that is not Python's
   * @param links as `Stack` has them
   */
  add(address: number, code: number, instruction: number, links: number, isFetched: boolean): void {
    if (this.#address.length === 0) this.#reserve();
    const at = this.#count++ % this.#size;
    this.#address[at] = address;
    this.#code[at] = code;
    this.#instruction[at] = instruction;
    this.#links[at] = links;
    this.#isFetched[at] = isFetched ? 1 : 0;
  }

  /** Visits the kept frames, innermost first. */
  forEach(visit: (address: number, code: number, instruction: number, links: number) => void): void {
    for (let i = this.leftOut; i < this.#count; i++) {
      const at = i % this.#size;
      visit(this.#address[at]!, this.#code[at]!, this.#instruction[at]!, this.#links[at]!);
    }
  }

  #reserve(): void {
    this.#address = new Float64Array(this.#size);
    this.#code = new Float64Array(this.#size);
    this.#instruction = new Float64Array(this.#size);
    this.#links = new Uint16Array(this.#size);
    this.#isFetched = new Uint8Array(this.#size);
  }
}
