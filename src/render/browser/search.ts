/** Which frames a regular expression finds, and how much of the time they are. */
import type { Arrangement } from '../drawing/arrangement.js';
import type { Box } from '../drawing/boxes.js';
import { isHidden, nameOf, placeOf } from '../drawing/frames.js';

export interface Search {
  readonly text: string;
  /** Undefined where nothing is searched, also because the text is no expression. */
  readonly pattern: RegExp | undefined;
  /** What is wrong with the text; '' if nothing is. */
  readonly problem: string;
}

/** Like grep's smart case: capitals in the expression make it mind them. */
export function parseSearch(text: string): Search {
  if (text === '') return { text, pattern: undefined, problem: '' };
  try {
    const flags = /\p{Lu}/u.test(text.replace(/\\./g, '')) ? '' : 'i';
    return { text, pattern: new RegExp(text, flags), problem: '' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { text, pattern: undefined, problem };
  }
}

/** An expression that finds this text and nothing else. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What a search found in a tree. */
export class Matches {
  readonly #tree: Arrangement;
  /** By position in drawing order: matches before it; empty where nothing is searched. */
  readonly #before: number[] = [];

  /** The root, "all", never matches. */
  constructor(tree: Arrangement, { pattern }: Search) {
    this.#tree = tree;
    if (!pattern) return;
    const { frames, order } = tree;
    let found = 0;
    this.#before.push(found);
    for (const node of order) {
      const isFrame = node > 0 && !isHidden(frames, node);
      if (isFrame && pattern.test(`${nameOf(frames, node)} (${placeOf(frames, node)})`)) found++;
      this.#before.push(found);
    }
  }

  /** Whether the box's frame, or one of those that it gathers, matches. */
  has({ node, from, to }: Box): boolean {
    const at = this.#tree.position[node]!;
    return to >= 0 ? this.#isBetween(from, to) : this.#isBetween(at, at + 1);
  }

  #isBetween(from: number, to: number): boolean {
    return this.#before[to]! > this.#before[from]!;
  }

  /** Share of the time in matching frames: what is within another match is counted once. */
  share(): number {
    const { order, end, weights } = this.#tree;
    let sum = 0;
    for (let at = 0; at < order.length; ) {
      const node = order[at]!;
      const found = this.#isBetween(at, at + 1);
      if (found) sum += weights[node]!;
      at = found ? end[node]! : at + 1;
    }
    return sum / (weights[0]! || 1);
  }
}
