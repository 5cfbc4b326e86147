/** `record --push`: what this process records is sent while it does, by the main thread; the trace is the queue. */
import { endingSignals, onSignals } from '../../caller.js';
import { PyspyError } from '../../errors.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { parseDestination } from '../server/destination.js';
import type { Unsent } from './push-report.js';
import { type PushRequest, planPush } from './push-request.js';
import { Sender } from './sender.js';

export type RecordedPushRequest = Omit<
  PushRequest,
  'file' | 'window' | 'resumes' | 'follows' | 'retries' | 'timeoutMs'
>;

/** Somebody waits for the end of a recording: it does not hang on a server for long. */
const retries = 3;
const timeoutMs = 10_000;

export class RecordedPush {
  readonly #request: Omit<PushRequest, 'file'>;
  readonly #plan: ReturnType<typeof planPush>;
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  /** What was left, if it was stopped; or the error. */
  #running: Promise<Unsent | Error | null> | null = null;

  /** @throws PyspyError of kind "usage" for what cannot be sent so */
  constructor(request: RecordedPushRequest) {
    // The trace keeps the command line of its recorder.
    if (parseDestination(request.to, request.format, process.env).url.search !== '')
      throw new PyspyError(
        'usage',
        '--push has a query, which may be a secret, and which the trace would keep',
        {
          hint: 'Let "pyspy push --follow" send the trace: it is not in there.',
        },
      );
    this.#request = { ...request, window: {}, resumes: true, follows: true, retries, timeoutMs };
    this.#plan = planPush(this.#request);
  }

  /** The trace is there, and grows from now on. Does nothing the second time. */
  begin(file: string): void {
    if (this.#running !== null) return;
    const run = (folder: string): Promise<Unsent | null> =>
      new Sender(
        { ...this.#request, file },
        { ...this.#plan, folder },
        { stop: this.#stop.signal, over: this.#over.signal },
      ).run();
    // What fails is thrown when the recording is over: it goes on without.
    this.#running = withTemporaryFolder(run).catch((error: Error) => error);
  }

  /**
   * Nothing more is recorded: sends the rest. Ctrl-C leaves it in the trace.
   * @throws PyspyError of kind "unsent" or "refused" where it could not be sent
   */
  async end(): Promise<void> {
    this.#over.abort();
    const forget = onSignals(endingSignals, (signal) => this.#stop.abort(signal));
    let left: Unsent | Error | null;
    try {
      left = await this.#running;
    } finally {
      forget();
    }
    if (left instanceof Error) throw left;
    if (left !== null) throw new PyspyError('unsent', left.what, { hint: left.hint });
  }
}
