/**
 * Numbers of texts, for keys: a text that a file has once and refers to a million times would else be copied into a million keys,
 * however long it is.
 */
export class TextIds {
  readonly #ids = new Map<string, number>();

  /** The same for the same text, from 1 on. */
  of(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(text, id);
    }
    return id;
  }
}
