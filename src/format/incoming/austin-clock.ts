/**
 * When Austin took its samples. It tells how long each round over a process's threads came after the one before, and nothing else of time: so
 * rounds follow each other, and a process that comes later began when it was first seen.
 */
export class AustinClock {
  readonly #rounds = new Map<string, { endNs: number; readonly seen: Set<unknown> }>();
  #nowNs = 0;

  /**
   * @param thread what tells threads of the process apart
   * @param wallNs since the round before
   * @returns when what the sample stands for began, in ns since the first round
   */
  next(process: string, thread: unknown, wallNs: number): number {
    let round = this.#rounds.get(process);
    if (round === undefined) {
      round = { endNs: this.#nowNs + wallNs, seen: new Set() };
      this.#rounds.set(process, round);
    } else if (round.seen.has(thread)) {
      round.endNs += wallNs;
      round.seen.clear();
    }
    round.seen.add(thread);
    this.#nowNs = Math.max(this.#nowNs, round.endNs);
    return round.endNs - wallNs;
  }
}
