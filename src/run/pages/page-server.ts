/**
 * Serves one page to this machine alone: on loopback, under an address with a secret in it, to requests that name this very
 * server as their host. So neither other users nor pages of other sites read the recording.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { type PageSource, sourceQuery } from '../../render/drawing/page-data.js';

const host = '127.0.0.1';

/** What goes with each answer. The page's own policy is in the page; this one is for browsers that show it within another. */
const headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

/** What is served; each is made anew for each request. */
export interface PageSite {
  /** The page's HTML. */
  readonly page: () => Promise<string>;
  /** A source file of it, by its name there; null where it asks for none. */
  readonly source: ((file: string) => Promise<PageSource>) | null;
}

export interface PageServer {
  /** With the secret in it. */
  readonly address: string;
  readonly close: () => void;
}

/**
 * Starts a server; the caller closes it.
 * @param port 0 for any that is free
 * @throws PyspyError of kind "output" where the port is taken or not allowed
 */
export async function servePage(site: PageSite, port: number): Promise<PageServer> {
  const secret = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => void answer(request, response));
  let own = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = faultOf(request, secret, own);
    if (fault !== null) return end(response, fault, 'Nothing here: use the address that pyspy printed.\n');
    try {
      const [, file] = splitAt(request.url ?? '', secret);
      if (file !== null && site.source === null) return end(response, 404, 'This page has no sources.\n');
      const [text, type] =
        file === null || site.source === null
          ? [await site.page(), 'text/html; charset=utf-8']
          : [JSON.stringify(await site.source(file)), 'application/json; charset=utf-8'];
      end(response, 200, request.method === 'HEAD' ? '' : text, type);
    } catch (error) {
      end(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new PyspyError('output', `cannot serve on port ${port}: ${systemErrorCode(error) ?? error.message}`, {
          hint: 'Leave --port out: then it is one that is free.',
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  own = (server.address() as AddressInfo).port;
  // Too many connections at once, for one: those that are there go on.
  server.on('error', () => {});
  return {
    address: `http://${host}:${own}/${secret}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The page's path that an address has, and the source file that it asks for; null for the page itself. */
function splitAt(url: string, secret: string): [path: string, file: string | null] {
  const start = url.slice(0, secret.length + 2);
  const rest = url.slice(start.length);
  if (rest.startsWith(sourceQuery)) return [start, new URLSearchParams(rest.split('?')[1]).get('file')];
  return [url.split(/[?#]/)[0]!, null];
}

/** The status for a request that is not to be answered; null for one that is. */
function faultOf(
  { method, url = '', headers: asked }: IncomingMessage,
  secret: string,
  port: number,
): number | null {
  // A name that leads here and is not ours is that of another site, which wants its pages to read ours.
  if (![`${host}:${port}`, `localhost:${port}`].includes(asked.host ?? '')) return 403;
  const [path, file] = splitAt(url, secret);
  // A link may lead to the page, but to nothing else.
  const isLink = asked['sec-fetch-mode'] === 'navigate' && file === null;
  if (asked['sec-fetch-site'] === 'cross-site' && !isLink) return 403;
  const [given, expected] = [Buffer.from(path), Buffer.from(`/${secret}/`)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 404;
  return method === 'GET' || method === 'HEAD' ? null : 405;
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { ...headers, 'Content-Type': type });
  response.end(text);
}
