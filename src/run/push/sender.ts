/** Sends a trace piece by piece, and goes on while it grows: what is not sent waits in the trace. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { shellWord } from '../../render/words/command-text.js';
import { readVersion } from '../../version.js';
import { withTrace } from '../replay/open-traces.js';
import {
  type Credentials,
  readCertificates,
  readCredentials,
  withoutSecrets,
} from '../server/credentials.js';
import { deliver } from '../server/delivery.js';
import { exchange } from '../server/exchange.js';
import { judge, type Outcome } from '../server/outcome.js';
import { makePayload, type Payload, type PayloadPlan } from './payload.js';
import { PushReport, type Unsent } from './push-report.js';
import type { PushRequest } from './push-request.js';
import { identityOf, PushStateFile } from './push-state.js';
import { slicesOf } from './slices.js';
import { Stretch } from './stretch.js';
import { checkTrace } from './trace-check.js';

/** What is younger than this, in a recording that goes on, may be weighed anew by the next tick, or be in no batch yet. */
const unsettledNs = 3e9;
const leastWaitMs = 1_000;
const mostWaitMs = 30_000;
const pollMs = 2_500;

/** When nothing more is recorded, somebody waits for the end. */
const lastWaitsMs = 2_000;

/** A piece to send, or what there is instead. */
type Next =
  | Piece
  | { readonly kind: 'end'; readonly fromNs: number }
  | { readonly kind: 'wait'; readonly fromNs: number; readonly ms: number };

interface Piece {
  readonly kind: 'piece';
  readonly payload: Payload;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Sends a trace piece by piece, as its request says. */
export class Sender {
  readonly #request: PushRequest;
  readonly #plan: PayloadPlan;
  readonly #stop: AbortSignal;
  readonly #over: AbortSignal | null;
  /** Aborted by either of them: a wait ends. */
  readonly #wake = new AbortController();
  readonly #state: PushStateFile | null;
  readonly #report: PushReport;
  #recording = '';
  #stretch: Stretch;

  /**
   * @param signals.stop ends it; what was not sent is left
   * @param signals.over says that nothing more is recorded; null where the trace says so itself
   */
  constructor(
    request: PushRequest,
    plan: PayloadPlan,
    { stop, over }: { readonly stop: AbortSignal; readonly over: AbortSignal | null },
  ) {
    this.#request = request;
    this.#plan = plan;
    this.#stop = stop;
    this.#over = over;
    this.#stretch = new Stretch(request);
    for (const signal of [stop, over]) signal?.addEventListener('abort', () => this.#wake.abort());
    const { file, format, resumes, follows } = request;
    const { shown, url } = plan.destination;
    this.#state = resumes || follows ? new PushStateFile(file, `${format} ${shown}`) : null;
    const to = shellWord(url.search === '' ? shown : `${shown}?…`);
    const resume = `pyspy push ${shellWord(file)} --to ${to} -f ${format} --resume`;
    this.#report = new PushReport(file, shown, this.#state === null ? null : resume);
  }

  /**
   * Returns when all is sent, or `stop` was given: then what is left; else null.
   * @throws PyspyError of kind "refused" or "unsent" where the server does not take it; as reading the trace does
   */
  async run(): Promise<Unsent | null> {
    let next = await this.#next(null);
    while (next.kind !== 'end' && !this.#stop.aborted) {
      if (next.kind === 'wait') await this.#wait(next.ms);
      // A piece that was not taken is not to pass for one that was.
      else if (!(await this.#send(next))) break;
      next = await this.#next(next);
    }
    if (next.kind !== 'end') return this.#report.stopped(String(this.#stop.reason), next.fromNs);
    const failure = this.#report.end();
    if (failure !== null) throw failure;
    return null;
  }

  /** What comes behind a piece that was dealt with, or at first. */
  async #next(last: Next | null): Promise<Next> {
    const { file, everyNs } = this.#request;
    return withTrace(file, async (reader) => {
      checkTrace(reader, this.#plan);
      // What was dealt with of a trace that another one has replaced says nothing of that.
      const recording = identityOf(reader);
      const before = recording === this.#recording ? last : null;
      if (before === null) this.#stretch = new Stretch(this.#request);
      this.#recording = recording;
      if (before?.kind === 'piece') this.#state?.write(reader, { untilNs: before.toNs });
      const reachedNs =
        before === null
          ? (this.#state?.read(reader)?.untilNs ?? 0)
          : before.kind === 'piece'
            ? before.toNs
            : before.fromNs;
      const isOpen = this.#isOpen(reader);
      const window = this.#stretch.resolve(reader, isOpen);
      if (typeof window === 'string') {
        this.#report.notYet(window);
        return { kind: 'wait', fromNs: reachedNs, ms: pollMs };
      }
      const fromNs = Math.max(window.fromNs, reachedNs);
      if (reachedNs > 0) this.#report.lost(reader.keptFromNs() - reachedNs);
      const settledNs = window.extentNs - unsettledNs;
      // Behind a window that ends nothing is waited for.
      const isGrowing = isOpen && (this.#request.window.to === undefined || window.toNs > settledNs);
      const toNs = isGrowing ? Math.min(window.toNs, settledNs) : window.toNs;
      let at = fromNs;
      for (const slice of slicesOf({ ...window, fromNs, toNs }, everyNs, isGrowing)) {
        if (this.#stop.aborted) return { kind: 'wait', fromNs: at, ms: 0 };
        const payload = await makePayload(reader, slice, this.#plan);
        at = slice.toNs;
        if (payload !== null) return { kind: 'piece', payload, fromNs: slice.fromNs, toNs: slice.toNs };
      }
      if (!isGrowing) return { kind: 'end', fromNs: at };
      // Until the next piece is full; the end of another process's recording is seen only by looking.
      const fullNs = everyNs === null ? at : (Math.floor(at / everyNs) + 1) * everyNs;
      const dueMs = (fullNs - settledNs) / 1e6;
      return {
        kind: 'wait',
        fromNs: at,
        ms: Math.max(leastWaitMs, this.#over === null ? Math.min(dueMs, pollMs) : dueMs),
      };
    });
  }

  /**
   * @returns whether it is dealt with; not where the user has asked to stop
   * @throws PyspyError where it was not taken, and there is no time to wait
   */
  async #send(piece: Piece): Promise<boolean> {
    const { file, follows, retries } = this.#request;
    for (let troubles = 0; ; troubles++) {
      const { outcome, attempts } = await deliver(() => this.#attempt(piece.payload), {
        retries,
        wait: (ms) => this.#wait(ms),
        isStopped: () => this.#stop.aborted,
        random: Math.random,
      });
      if (outcome.kind === 'taken') {
        this.#report.taken(piece.payload, outcome.note);
        return true;
      }
      if (outcome.kind === 'unread') {
        this.#report.unread(piece, outcome);
        return true;
      }
      if (this.#stop.aborted) return false;
      if (follows && outcome.kind === 'refused' && outcome.isOfWindow) {
        this.#report.leftOut(piece, outcome);
        return true;
      }
      // While more is recorded there is time to wait, and the trace keeps what is not sent.
      if (!(await withTrace(file, (reader) => this.#isOpen(reader))))
        throw this.#report.failure(piece, outcome, attempts);
      this.#report.trouble(outcome);
      await this.#wait(Math.min(mostWaitMs, leastWaitMs * 2 ** troubles));
    }
  }

  async #attempt(payload: Payload): Promise<Outcome> {
    const { caFile, format, timeoutMs } = this.#request;
    let credentials: Credentials | null;
    let ca: string | null;
    try {
      credentials = readCredentials(this.#request, process.env);
      ca = readCertificates(caFile);
    } catch (error) {
      // They were there at first, and may be again: whoever replaces a token does so at any moment.
      if (!(error instanceof PyspyError)) throw error;
      return { kind: 'later', what: error.message, hint: error.hint ?? '', afterMs: null };
    }
    const headers = {
      'user-agent': `pyspy/${readVersion()}`,
      ...payload.headers,
      ...(credentials === null ? {} : { authorization: credentials.header }),
    };
    const { proxy, secrets: others } = this.#plan.destination;
    const reply = await exchange({ ...payload, headers, ca, proxy }, timeoutMs, this.#stop);
    const secrets = [...(credentials?.secrets ?? []), ...others];
    return judge(reply, {
      ...{ format, proxy, hasCredentials: credentials !== null, nowMs: Date.now() },
      clean: (text) => withoutSecrets(text, secrets),
    });
  }

  /** Whether more may come. */
  #isOpen(reader: TraceReader): boolean {
    if (!this.#request.follows) return false;
    return this.#over === null ? reader.state() === 'recording' : !this.#over.aborted;
  }

  async #wait(ms: number): Promise<void> {
    const isOver = this.#over?.aborted === true;
    const signal = isOver ? this.#stop : this.#wake.signal;
    await sleep(isOver ? Math.min(ms, lastWaitsMs) : ms, undefined, { signal }).catch(() => {});
  }
}
