/** One request and its answer over HTTP, within limits of time and memory: a server may be away, slow, or lie. */
import { createReadStream, statSync } from 'node:fs';
import type http from 'node:http';
import { pipeline } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { systemErrorCode } from '../../errors.js';
import { type HttpProxy, withoutBrackets } from './proxy.js';
import { moduleOf, openTunnel, proxyOptions, type Trust } from './tunnel.js';

export interface Request {
  readonly method: 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or a file that has them. */
  readonly body: Uint8Array | string;
  /** Certificates (PEM) that are trusted besides the usual ones; null for none. */
  readonly ca: string | null;
  /** What it goes through; null for nothing. */
  readonly proxy: HttpProxy | null;
}

/** With whom a connection is. */
type Side = 'server' | 'proxy';

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: http.IncomingHttpHeaders;
      /** No more than `mostAnswerBytes`; `isCut` where there was more. */
      readonly body: Buffer;
      readonly isCut: boolean;
    }
  /** There was none of that side: `code` is that of the system, of TLS or of Node's parser, or one of the two below. */
  | { readonly kind: 'none'; readonly code: string; readonly side: Side }
  /** The proxy did not lead to the server. */
  | { readonly kind: 'blocked'; readonly status: number; readonly headers: http.IncomingHttpHeaders }
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
  const { url, body, ca, proxy } = request;
  let length: number;
  try {
    length = typeof body === 'string' ? statSync(body).size : body.length;
  } catch (error) {
    return { kind: 'unread', code: systemErrorCode(error) ?? String(error) };
  }
  const limitMs = timeoutMs + (length / slowestBytesPerS) * 1_000;
  // Also where Node's own environment would have it otherwise (NODE_TLS_REJECT_UNAUTHORIZED).
  const trust: Trust = {
    ...{ rejectUnauthorized: true, ...(ca === null ? {} : { ca: [...rootCertificates, ca] }) },
  };
  return new Promise((resolve) => {
    let side: Side = proxy === null ? 'server' : 'proxy';
    const open: { destroy(): void }[] = [];
    const finish = (reply: Reply): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(reply);
      for (const each of open) each.destroy();
    };
    const fail = (code: string): void => finish({ kind: 'none', code, side });
    const stop = (): void => fail('stopped');
    const timer = setTimeout(() => fail(tooSlow), limitMs);
    signal.addEventListener('abort', stop);
    const send = (options: http.RequestOptions): void => {
      const message = moduleOf(options.protocol).request({
        ...{ ...options, method: request.method },
        headers: { ...options.headers, ...request.headers, host: url.host, 'content-length': length },
      });
      open.push(message);
      // Errors that come after the end are of no interest, and must be listened to.
      message.on('error', (error) => fail(systemErrorCode(error) ?? cutOff));
      message.on('close', () => fail(cutOff));
      message.on('response', (response) => {
        const { statusCode: status, headers } = response;
        // A server has no reason to say that it is a proxy.
        if (side === 'proxy' && status === 407) finish({ kind: 'blocked', status, headers });
        else readAnswer(response, finish, fail);
      });
      if (typeof body !== 'string') message.end(body);
      else sendFile(body, length, message, (code) => finish({ kind: 'unread', code }));
    };
    const direct: http.RequestOptions = {
      ...{ protocol: url.protocol, host: withoutBrackets(url.hostname), port: url.port || null },
      path: `${url.pathname}${url.search}`,
    };
    // A connection of its own: one that a server closed meanwhile is no failure.
    if (proxy === null) send({ ...direct, agent: false, ...trust });
    else if (!proxy.isTunnel) send({ ...proxyOptions(proxy, trust), path: url.href });
    else
      open.push(
        openTunnel(
          url,
          { proxy, trust, userAgent: request.headers['user-agent'] ?? '' },
          {
            onOpen: (tunnel) => {
              open.push(tunnel);
              side = 'server';
              send({ ...direct, createConnection: () => tunnel });
            },
            onBlocked: (status, headers) => finish({ kind: 'blocked', status, headers }),
            onError: (code) => fail(code ?? cutOff),
          },
        ),
      );
    if (signal.aborted) stop();
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

function readAnswer(
  response: http.IncomingMessage,
  finish: (reply: Reply) => void,
  fail: (code: string) => void,
): void {
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
  response.on('error', () => fail(cutOff));
}
