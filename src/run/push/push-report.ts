/** What is said of a push: when it ends, when a server makes trouble and when that is over. */
import { PyspyError } from '../../errors.js';
import { showSize } from '../../render/words/text-numbers.js';
import { seconds } from '../../replay/window/figure.js';
import { tell } from '../output/notes.js';
import type { Outcome } from '../server/outcome.js';
import type { Payload } from './payload.js';

interface Piece {
  readonly fromNs: number;
  readonly toNs: number;
}

/** What a push that was stopped has left, and how to go on. */
export interface Unsent {
  readonly what: string;
  readonly hint: string;
}

type Trouble = Exclude<Outcome, { kind: 'taken' | 'unread' }>;
type Unread = Extract<Outcome, { kind: 'unread' }>;

/** Pieces that are listed where several could not be sent. */
const mostListed = 5;

export class PushReport {
  readonly #file: string;
  readonly #to: string;
  readonly #resume: string | null;
  #taken = 0;
  #bytes = 0;
  #dropped = 0;
  readonly #unread: Piece[] = [];
  #lostNs = 0;
  /** What was said last: it is said once. */
  #said = '';
  /** Whether that was about a server that takes nothing for now. */
  #isAway = false;

  /**
   * @param to the destination, as it is shown
   * @param resume the command that sends the rest; null where that is not known
   */
  constructor(file: string, to: string, resume: string | null) {
    this.#file = file;
    this.#to = to;
    this.#resume = resume;
  }

  taken({ body }: Payload, note: string): void {
    this.#taken++;
    this.#bytes += typeof body === 'string' ? 0 : body.length;
    if (this.#isAway) {
      tell(`pyspy: ${this.#to} takes profiles again`);
      this.#said = '';
      this.#isAway = false;
    }
    if (note !== '') tell(`pyspy: ${this.#to} says: ${note}`);
  }

  /** A window that the recording has not reached, or a mark that it has not got. */
  notYet(what: string): void {
    this.#tellOnce(what, `not yet: ${what}`, null);
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

  /** A piece that could not be read here; those behind it are sent. */
  unread(piece: Piece, { what, hint }: Unread): void {
    this.#unread.push({ fromNs: piece.fromNs, toNs: piece.toNs });
    tell(`pyspy: ${spanOf(piece)} was not sent to ${this.#to}, and is left out: ${what}`, `hint: ${hint}`);
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
    const isLater = outcome.kind === 'later';
    const tries = attempts > 1 ? ` in ${attempts} attempts` : '';
    const what = isLater ? `could not be sent to ${this.#to}${tries}` : `was not taken by ${this.#to}`;
    return new PyspyError(
      isLater ? 'unsent' : 'refused',
      `${before}${spanOf(piece)} ${what}: ${outcome.what}`,
      { hint: `${outcome.hint} To go on from there: ${this.#rest(piece.fromNs)}.` },
    );
  }

  /** @returns how the command ends because of what could not be read; null where all was sent or refused */
  end(): PyspyError | null {
    const rest = this.#leftOut();
    const text =
      this.#taken === 0 && rest.length === 0
        ? `nothing to send to ${this.#to}: no samples that were not sent, or none that passed the filters`
        : [this.#counts(), ...rest].join('; ');
    if (this.#unread.length === 0) {
      tell(text);
      return null;
    }
    const windows = this.#unread
      .slice(0, mostListed)
      .map(({ fromNs, toNs }) => `--from ${seconds(fromNs)}s --until ${seconds(toNs)}s`);
    const more = this.#unread.length > mostListed ? ', and so on' : '';
    return new PyspyError('unsent', text, {
      hint: `The same command without --resume and --follow sends them, with ${windows.join(', with ')}${more}.`,
    });
  }

  /**
   * The user has stopped it.
   * @param fromNs what was dealt with ends there
   */
  stopped(by: string, fromNs: number): Unsent {
    return {
      what: `stopped by ${by}: ${[this.#counts(), ...this.#leftOut()].join('; ')}, and nothing from ${seconds(fromNs)}s on`,
      hint: `To go on from there: ${this.#rest(fromNs)}.`,
    };
  }

  #leftOut(): string[] {
    return [
      ...(this.#dropped === 0 ? [] : [`${this.#dropped} that the server did not take are left out`]),
      ...(this.#unread.length === 0 ? [] : [`${this.#unread.length} that could not be read are left out`]),
      ...(this.#lostNs === 0 ? [] : [`${seconds(this.#lostNs)}s were deleted before`]),
    ];
  }

  #rest(fromNs: number): string {
    return this.#resume === null ? `--from ${seconds(fromNs)}s` : this.#resume;
  }

  #tellOnce(what: string, text: string, hint: string | null): void {
    if (what === this.#said) return;
    this.#said = what;
    tell(`pyspy: ${text}`, ...(hint === null ? [] : [`hint: ${hint}`]));
  }

  #counts(): string {
    const size = this.#bytes === 0 ? '' : ` (${showSize(this.#bytes)})`;
    return `sent ${this.#taken} piece${this.#taken === 1 ? '' : 's'}${size} to ${this.#to}`;
  }
}

function spanOf({ fromNs, toNs }: Piece): string {
  return `${seconds(fromNs)}s to ${seconds(toNs)}s`;
}
