/**
 * The stacks that a batch met last, the newest first: programs come back to the stack that they just left. A stack among
 * them is a small number, which compresses to a few bits; any other is listed with its id.
 */

/** How many are kept; a number up to this is one byte of msgpack. */
const kept = 126;

export class RecentStacks {
  readonly #ids: number[] = [];

  /** How far back `id` is, from 1 on; 0 if it is not among the recent ones. It is the newest afterwards. */
  find(id: number): number {
    const at = this.#ids.indexOf(id);
    if (at >= 0) this.#ids.splice(at, 1);
    this.add(id);
    return at + 1;
  }

  /** The id that is `back` steps back, counted from 1; undefined where there is none. It is the newest afterwards. */
  take(back: number): number | undefined {
    const [id] = back < 1 ? [] : this.#ids.splice(back - 1, 1);
    if (id !== undefined) this.add(id);
    return id;
  }

  add(id: number): void {
    this.#ids.unshift(id);
    if (this.#ids.length > kept) this.#ids.length = kept;
  }
}
