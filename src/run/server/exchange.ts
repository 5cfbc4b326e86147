/** One request and its answer over HTTP, within limits of time and memory: a server may be away, slow, or lie. */
import { createReadStream, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { systemErrorCode } from '../../errors.js';

export interface Request {
  readonly method: 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or a file that has them. */
  readonly body: Uint8Array | string;
  /** Certificates (PEM) that are trusted besides the usual ones; null for none. */
  readonly ca: string | null;
}

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      /** No more than `mostAnswerBytes`; `isCut` where there was more. */
      readonly body: Buffer;
      readonly isCut: boolean;
    }
  /** There was none: `code` is that of the system, of TLS or of Node's parser, or one of the two below. */
  | { readonly kind: 'none'; readonly code: string }
  /** Not all was sent: the file of the body could not be read. */
  | { readonly kind: 'unread'; readonly code: string };

/** Nothing came in time; the connection ended in the middle. */
export const tooSlow = 'too slow';
const cutOff = 'cut off';

/** A server of any of these kinds has less to say. */
export const mostAnswerBytes = 65_536;

/** What a connection has to carry at least. */
const slowestBytesPerS = 100_000;

/**
 * Never rejects on account of the server, or of a file that is gone.
 * @param timeoutMs for all of it, and a second more for each 100 kB that are sent
 * @param signal ends it early, as if no answer had come
 */
export async function exchange(request: Request, timeoutMs: number, signal: AbortSignal): Promise<Reply> {
  const { method, url, body, ca } = request;
  let length: number;
  try {
    length = typeof body === 'string' ? statSync(body).size : body.length;
  } catch (error) {
    return { kind: 'unread', code: systemErrorCode(error) ?? String(error) };
  }
  const limitMs = timeoutMs + (length / slowestBytesPerS) * 1_000;
  const module = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const message = module.request(url, {
      method,
      headers: { ...request.headers, 'content-length': length },
      // A connection of its own: one that a server closed meanwhile is no failure.
      agent: false,
      // Also where Node's own environment would have it otherwise (NODE_TLS_REJECT_UNAUTHORIZED).
      rejectUnauthorized: true,
      ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    });
    const finish = (reply: Reply): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(reply);
      message.destroy();
    };
    const stop = (): void => finish({ kind: 'none', code: 'stopped' });
    const timer = setTimeout(() => finish({ kind: 'none', code: tooSlow }), limitMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    // Errors that come after the end are of no interest, and must be listened to.
    message.on('error', (error) => finish({ kind: 'none', code: systemErrorCode(error) ?? cutOff }));
    message.on('close', () => finish({ kind: 'none', code: cutOff }));
    message.on('response', (response) => readAnswer(response, finish));
    if (typeof body !== 'string') message.end(body);
    else sendFile(body, length, message, (code) => finish({ kind: 'unread', code }));
  });
}

/** @param fail is called where the file cannot be read, or has become shorter, before the connection ends on account of that */
function sendFile(
  path: string,
  length: number,
  message: http.ClientRequest,
  fail: (code: string) => void,
): void {
  const file = createReadStream(path, { end: Math.max(0, length - 1) });
  file.on('error', (error) => fail(systemErrorCode(error) ?? error.message));
  file.on('end', () => {
    if (file.bytesRead < length) fail('it has become shorter');
  });
  // Its errors are those of the two.
  pipeline(file, message, () => {});
}

function readAnswer(response: http.IncomingMessage, finish: (reply: Reply) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const answer = (isCut: boolean): void =>
    finish({
      ...{ kind: 'answer', status: response.statusCode!, headers: response.headers, isCut },
      body: Buffer.concat(chunks).subarray(0, mostAnswerBytes),
    });
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostAnswerBytes) answer(true);
  });
  response.on('end', () => answer(false));
  response.on('error', () => finish({ kind: 'none', code: cutOff }));
}
