/** One instruction at which frames of a code object have stood, and what they have called from there. */

/** What a frame does that stands at an instruction, while another frame is further in, or at all. */
export const siteKind = {
  /** Anything: C code can call on behalf of most instructions. */
  other: 0,
  /** Calls: what is called, if it is a Python function, is among the frame's values. */
  calls: 1,
  /** Loops over an iterator, or waits for something: if that is a generator or coroutine, it is among the frame's values. */
  resumes: 2,
  /** The frame is being set up, or is the interpreter's own: traceback does not show it. */
  hidden: 3,
  /** Returns, yields or raises: the frame may be one that nobody runs any more. */
  leaves: 4,
  /** There is no code object where the frame has its own: it is a frame no more. */
  nothing: 5,
} as const;

export type SiteKind = (typeof siteKind)[keyof typeof siteKind];

/**
 * Sightings after which a call is known: usually; where the caller's code allows the call, which alone is no evidence; and where
 * the same code was seen to be called from another place of the caller: most likely that call is just over, and the caller has
 * gone on. `slot`: of a slot, or of copies that agree; `putBack`: before callers that have gone on are put back to a call.
 */
const enough = { usual: 3, possible: 2, elsewhere: 32, slot: 2, putBack: 3 };

/**
 * All copies of a read can be mixtures of two calls, but seldom compared with true calls at the same place. A call that was seen
 * less often than the most frequent one there, by this factor, does not count as known.
 */
const mostRare = 3;

interface Sightings {
  count: number;
  /** The walk in which it was seen last; null if in none, as any number can be a walk's. */
  walk: number | null;
  /** The walk in which memory was searched for it last, or null; and whether it was found. */
  asked: number | null;
  isCertain: boolean;
}

/** @typeParam Callee what stands for a code object: code-entry.ts has these */
export class CallSite<Callee extends object> {
  readonly kind: SiteKind;
  /** Opcode and argument, once they were read. */
  unit: readonly [number, number] | null = null;
  readonly #callees = new Map<Callee, Sightings>();
  #most = 0;
  /** Sightings of what is called in each slot. */
  #slots: number[] | null = null;
  #mostOfSlot = 0;
  /** How often frames that stood here were seen to hold what they called, and how often all copies agreed on that. */
  readonly #seen = new Map<Callee, { count: number; agreed: number }>();
  readonly #named = new Map<Callee, boolean>();
  readonly #excluded = new Map<Callee, boolean>();

  constructor(kind: SiteKind) {
    this.kind = kind;
  }

  /** @param isElsewhere whether frames of the caller's code were seen to hold it when they called it */
  knows(callee: Callee, isElsewhere: boolean): boolean {
    const known = this.#callees.get(callee);
    if (known === undefined) return false;
    return known.isCertain || this.#isEnough(known, isElsewhere ? enough.elsewhere : enough.usual);
  }

  /** The same, if the caller's code says that the call is possible. */
  mayKnow(callee: Callee, isElsewhere: boolean): boolean {
    const known = this.#callees.get(callee);
    return known !== undefined && this.#isEnough(known, isElsewhere ? enough.usual : enough.possible);
  }

  #isEnough({ count }: Sightings, needed: number): boolean {
    return count >= needed && count * mostRare >= this.#most;
  }

  /**
   * Counts a sighting.
   * @param walk number of the walk: what is seen again in the same one is no further evidence
   * @returns how many there are
   */
  learn(callee: Callee, walk: number, sightings: number): number {
    const known = this.#of(callee);
    if (known.walk !== walk) {
      known.walk = walk;
      known.count += sightings;
      this.#most = Math.max(this.#most, known.count);
    }
    return known.count;
  }

  /** Whether a call was not asked for yet in a walk. */
  isNews(callee: Callee, walk: number): boolean {
    const known = this.#of(callee);
    const isNews = known.asked !== walk;
    known.asked = walk;
    return isNews;
  }

  /** Counts a sighting of what is called from here in a slot of the evaluation stack. */
  seeSlot(slot: number, sightings: number): void {
    this.#slots ??= [];
    const count = (this.#slots[slot] ?? 0) + sightings;
    this.#slots[slot] = count;
    this.#mostOfSlot = Math.max(this.#mostOfSlot, count);
  }

  /**
   * Whether what is called from here lies in that slot: in others it was left by earlier calls. (3.11 and 3.12 have one slot
   * for functions and the one below for methods.)
   */
  isSlot(slot: number): boolean {
    const count = this.#slots?.[slot] ?? 0;
    return count >= enough.slot && count * mostRare >= this.#mostOfSlot;
  }

  /** Takes note that a frame that stood here held what it called. @returns how often it did */
  see(callee: Callee, isAgreed: boolean): number {
    const seen = this.#seen.get(callee) ?? { count: 0, agreed: 0 };
    this.#seen.set(callee, seen);
    seen.count++;
    if (isAgreed) seen.agreed++;
    return seen.count;
  }

  /**
   * Whether what a frame that stands here holds was called by it: between the read of where it stands and that of its values it
   * may have gone on to another call, but then that is seen oftener from there.
   * @param most how often the same call was seen from where it was seen most
   * @param isGenerator whether a generator or coroutine is resumed: where one was freed lies another soon, so that only what all
   *   copies say counts
   */
  trusts(callee: Callee, most: number, isGenerator = false): boolean {
    if (this.#callees.get(callee)?.isCertain === true) return true;
    const seen = this.#seen.get(callee);
    if (seen === undefined) return false;
    if (seen.agreed >= enough.slot) return true;
    return !isGenerator && seen.count * mostRare >= most;
  }

  /**
   * Whether callers that have gone on can be put back to here: one sighting may be a mixture of two moments, and each caller that is
   * put back would repeat it.
   */
  isProven(callee: Callee, most: number, isGenerator: boolean): boolean {
    if (!this.trusts(callee, most, isGenerator)) return false;
    return this.#callees.get(callee)?.isCertain === true || this.#seen.get(callee)!.count >= enough.putBack;
  }

  /** Whether the instruction names what is called; it is asked once. */
  names(callee: Callee, ask: () => boolean): boolean {
    return askOnce(this.#named, callee, ask);
  }

  /** Whether a call was found in memory. */
  isCertain(callee: Callee): boolean {
    return this.#callees.get(callee)?.isCertain === true;
  }

  /** Whether the caller's code makes such calls on other lines alone; it is asked once. */
  excludes(callee: Callee, ask: () => boolean): boolean {
    return askOnce(this.#excluded, callee, ask);
  }

  /** Takes note that a call was found in memory. */
  believe(callee: Callee): void {
    this.#of(callee).isCertain = true;
  }

  #of(callee: Callee): Sightings {
    let known = this.#callees.get(callee);
    if (known === undefined) {
      known = { count: 0, walk: null, asked: null, isCertain: false };
      this.#callees.set(callee, known);
    }
    return known;
  }
}

/** What is known of a callee; what is not known yet is asked for, and kept. */
function askOnce<Callee>(answers: Map<Callee, boolean>, callee: Callee, ask: () => boolean): boolean {
  let answer = answers.get(callee);
  if (answer === undefined) {
    answer = ask();
    answers.set(callee, answer);
  }
  return answer;
}
