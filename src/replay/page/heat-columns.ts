/** How busy a program was from moment to moment: seconds side by side, each cut into 50 rows. */

/** Rows of a column. */
const heatRows = 50;

/** Lengths that a column may have, in s; the first one with which there are not too many. */
const lengths = [1, 2, 5, 10, 30, 60, 300, 1_800, 10_800, 86_400];

export class HeatColumns {
  /** Length of a column in ns. */
  readonly columnNs: number;
  /** By column and row: ns of threads that ran. */
  readonly busyNs: Float64Array;
  /** By column: ticks that were missed, about, and samples that are torn. */
  readonly missed: Float64Array;
  readonly torn: Float64Array;
  readonly #fromNs: number;

  /** @param mostColumns of more the columns are longer */
  constructor({ fromNs, toNs }: { readonly fromNs: number; readonly toNs: number }, mostColumns: number) {
    const seconds = (toNs - fromNs) / 1e9;
    const length = lengths.find((each) => seconds / each <= mostColumns) ?? Math.ceil(seconds / mostColumns);
    this.columnNs = length * 1e9;
    const columns = Math.max(1, Math.ceil(seconds / length));
    this.busyNs = new Float64Array(columns * heatRows);
    this.missed = new Float64Array(columns);
    this.torn = new Float64Array(columns);
    this.#fromNs = fromNs;
  }

  /** Adds time of a thread that ran, spread evenly. */
  addBusy(fromNs: number, toNs: number, ns: number): void {
    this.#spread(this.busyNs, this.columnNs / heatRows, fromNs, toNs, ns);
  }

  addMissed(fromNs: number, toNs: number, count: number): void {
    if (count > 0) this.#spread(this.missed, this.columnNs, fromNs, toNs, count);
  }

  addTorn(fromNs: number, toNs: number, count: number): void {
    this.#spread(this.torn, this.columnNs, fromNs, toNs, count);
  }

  /** Cells are so long; what lies outside of them is the first one's, or the last one's. */
  #spread(cells: Float64Array, length: number, fromNs: number, toNs: number, amount: number): void {
    const [from, to] = [(fromNs - this.#fromNs) / length, (toNs - this.#fromNs) / length];
    const last = cells.length - 1;
    const first = Math.min(last, Math.max(0, Math.floor(from)));
    const final = Math.min(last, Math.max(first, Math.ceil(to) - 1));
    for (let at = first; at <= final; at++) {
      const begin = at === first ? from : at;
      const end = at === final ? to : at + 1;
      const share = first === final || !(to > from) ? 1 : (end - begin) / (to - from);
      cells[at] = cells[at]! + amount * share;
    }
  }
}
