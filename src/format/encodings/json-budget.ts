/** What a text of JSON would take as values, counted without making any: a few bytes of it become a hundred. */
import { randomInt } from 'node:crypto';

/** What a container takes in the measure of a value within one: some 96 bytes of 12. */
const containerUnits = 8;
/** Of the largest profiles that can be imported this is more than all values; as memory, two GB. */
const mostUnits = 140_000_000;
/** Of lists in lists. No format has more than some ten. */
const mostDepth = 1_000;
/** Each takes some 200 bytes, and a shape of objects; a format has some dozens of its own. */
const mostKeys = 1_000_000;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Of all texts of one file together. */
export class JsonBudget {
  readonly #most: number;
  #units = 0;
  #keys = 0;
  /** A bit for each key that was met, by a hash that nobody can know before. */
  readonly #met = new Uint8Array(1 << 21);
  readonly #seed = randomInt(2 ** 31);

  /** @param most units that it may take: a value within a container is one, a container eight */
  constructor(most = mostUnits) {
    this.#most = Math.min(most, mostUnits);
  }

  /**
   * Takes what a text would. What is no JSON is counted somehow: reading it will say so.
   * @returns what it has too much of; null for nothing
   */
  take(text: Uint8Array): string | null {
    let depth = 0;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]!;
      if (sign === quote) at = this.#string(text, at);
      else if (sign === comma) this.#units++;
      else if (sign === openList || sign === openObject) {
        this.#units += containerUnits;
        if (++depth > mostDepth) return `lists in lists, over ${mostDepth} deep`;
      } else if (sign === closeList || sign === closeObject) depth--;
      if (this.#units > this.#most) return 'more values than there is memory for';
      if (this.#keys > mostKeys) return `over ${mostKeys} names of fields`;
    }
    return null;
  }

  /** @returns where the text that begins at `start` ends */
  #string(text: Uint8Array, start: number): number {
    let hash = this.#seed;
    let at = start + 1;
    for (let sign = text[at]; sign !== quote && at < text.length; sign = text[++at]) {
      hash = Math.imul(hash ^ sign!, 0x01000193);
      if (sign === backslash) at++;
    }
    let next = at + 1;
    while (next < text.length && text[next]! <= 0x20) next++;
    if (text[next] !== colon) return at;
    const bit = (hash ^ (hash >>> 15)) & 0xffffff;
    if ((this.#met[bit >> 3]! & (1 << (bit & 7))) === 0) {
      this.#met[bit >> 3]! |= 1 << (bit & 7);
      this.#keys++;
    }
    return at;
  }
}
