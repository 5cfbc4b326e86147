/** Which row is chosen, and which are seen. */

export class RowChoice {
  /** Key of the row: it stays chosen when rows change places. Null for the first row, whichever that is. */
  #key: string | null = null;
  #first = 0;

  /** Position of the chosen row. */
  at(rows: readonly { readonly key: string }[]): number {
    return this.#key === null
      ? 0
      : Math.max(
          0,
          rows.findIndex(({ key }) => key === this.#key),
        );
  }

  /** Position of the first row that is seen where so many fit, so that the chosen one is. */
  first(rows: readonly { readonly key: string }[], fitting: number): number {
    const chosen = this.at(rows);
    this.#first = Math.max(0, Math.min(Math.max(this.#first, chosen - fitting + 1), chosen, rows.length - 1));
    return this.#first;
  }

  /** Chooses the first row again. */
  reset(): void {
    this.#key = null;
  }

  /** Stays with the row that is chosen now, also if that is the first. */
  hold(rows: readonly { readonly key: string }[]): void {
    this.#key = rows[this.at(rows)]?.key ?? null;
  }

  /** @returns false for a key that does not move it */
  press(name: string, rows: readonly { readonly key: string }[], page: number): boolean {
    const steps: Readonly<Record<string, number>> = {
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      pageup: -page,
      pagedown: page,
      home: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
    };
    const step = steps[name];
    if (step === undefined) return false;
    const to = Math.max(0, Math.min(this.at(rows) + step, rows.length - 1));
    // The first row is no certain one: whatever comes to be first is chosen then.
    this.#key = to === 0 ? null : (rows[to]?.key ?? null);
    return true;
  }
}
