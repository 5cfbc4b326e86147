/** What is said of a push: when it ends, when a server makes trouble and when that is over. */
import { PyspyError } from '../../errors.js';
import { showSize } from '../../render/words/text-numbers.js';
import { seconds } from '../../replay/window/figure.js';
import { tell } from '../output/notes.js';
import type { Outcome } from '../server/outcome.js';
import type { Payload } from './payload.js';

interface Piece {
  readonly payload: Payload;
  readonly fromNs: number;
  readonly toNs: number;
}

type Trouble = Exclude<Outcome, { kind: 'taken' }>;

export class PushReport {
  readonly #file: string;
  readonly #to: string;
  readonly #resume: string | null;
  #taken = 0;
  #bytes = 0;
  #dropped = 0;
  #lostNs = 0;
  /** What was said last: it is said once. */
  #said = '';
  /** Whether that was about a server that takes nothing for now. */
  #isAway = false;

  /**
   * @param to the destination, as it is shown
   * @param resume what to add to a push of the file, so that it sends the rest; null where that is not known
   */
  constructor(file: string, to: string, resume: string | null) {
    this.#file = file;
    this.#to = to;
    this.#resume = resume;
  }

  taken({ payload: { body } }: Piece, note: string): void {
    this.#taken++;
    this.#bytes += typeof body === 'string' ? 0 : body.length;
    if (this.#isAway) {
      tell(`pyspy: ${this.#to} takes profiles again`);
      this.#said = '';
      this.#isAway = false;
    }
    if (note !== '') tell(`pyspy: ${this.#to} says: ${note}`);
  }

  /** A server that takes nothing for now, while there is time to wait for it. */
  trouble({ what, hint }: Trouble): void {
    this.#isAway = true;
    this.#tellOnce(what, `${this.#to}: ${what}; what is not sent waits in ${this.#file}`, hint);
  }

  /** A piece that the server does not take for what it is. */
  leftOut(piece: Piece, { what, hint }: Trouble): void {
    this.#dropped++;
    this.#tellOnce(what, `${this.#to} did not take ${spanOf(piece)}, which is left out: ${what}`, hint);
  }

  /** @param ns what was deleted from the trace before it could be sent; 0 or less for none */
  lost(ns: number): void {
    if (ns <= 0) return;
    this.#lostNs += ns;
    tell(
      `pyspy: ${seconds(ns)}s were deleted from ${this.#file} before they could be sent (--keep or --max-size of the recording)`,
    );
  }

  failure(piece: Piece, outcome: Trouble, attempts: number): PyspyError {
    const before = this.#taken === 0 ? '' : `${this.#counts()}, then `;
    const rest =
      this.#resume === null
        ? `--from ${seconds(piece.fromNs)}s`
        : `pyspy push ${this.#file} --to ${this.#to} ${this.#resume}`;
    const isLater = outcome.kind === 'later';
    const tries = attempts > 1 ? ` in ${attempts} attempts` : '';
    const what = isLater ? `could not be sent to ${this.#to}${tries}` : `was not taken by ${this.#to}`;
    return new PyspyError(
      isLater ? 'unsent' : 'refused',
      `${before}${spanOf(piece)} ${what}: ${outcome.what}`,
      { hint: `${outcome.hint} To go on from there: ${rest}.` },
    );
  }

  end(): void {
    const rest = [
      ...(this.#dropped === 0 ? [] : [`${this.#dropped} that the server did not take are left out`]),
      ...(this.#lostNs === 0 ? [] : [`${seconds(this.#lostNs)}s were deleted before`]),
    ];
    tell(
      this.#taken === 0 && rest.length === 0
        ? `nothing to send to ${this.#to}: no samples that were not sent, or none that passed the filters`
        : [this.#counts(), ...rest].join('; '),
    );
  }

  #tellOnce(what: string, text: string, hint: string): void {
    if (what === this.#said) return;
    this.#said = what;
    tell(`pyspy: ${text}`, `hint: ${hint}`);
  }

  #counts(): string {
    const size = this.#bytes === 0 ? '' : ` (${showSize(this.#bytes)})`;
    return `sent ${this.#taken} piece${this.#taken === 1 ? '' : 's'}${size} to ${this.#to}`;
  }
}

function spanOf({ fromNs, toNs }: Piece): string {
  return `${seconds(fromNs)}s to ${seconds(toNs)}s`;
}
