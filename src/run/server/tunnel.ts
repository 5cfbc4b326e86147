/** A connection that a proxy makes for us to a server, to speak TLS with that through it (RFC 9110, 9.3.6: CONNECT). */
import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { systemErrorCode } from '../../errors.js';
import { type HttpProxy, withoutBrackets } from './proxy.js';

/** How a server's certificate is looked at. */
export interface Trust {
  readonly rejectUnauthorized: true;
  readonly ca?: string[];
}

export interface TunnelEvents {
  readonly onOpen: (tunnel: TLSSocket) => void;
  /** The proxy answered, but leads nowhere. */
  readonly onBlocked: (status: number, headers: http.IncomingHttpHeaders) => void;
  /** @param code of the system, of TLS or of Node's parser; null where the proxy closed the connection */
  readonly onError: (code: string | null) => void;
}

/** What a request to a proxy needs to come there. */
export function proxyOptions({ url, authorization }: HttpProxy, trust: Trust): https.RequestOptions {
  const host = withoutBrackets(url.hostname);
  return {
    ...{ protocol: url.protocol, host, port: url.port || null, agent: false },
    // Else its certificate would be looked at for the host that the request names.
    servername: serverName(host),
    headers: authorization === null ? {} : { 'proxy-authorization': authorization },
    ...trust,
  };
}

/** The module that makes requests over a protocol. */
export function moduleOf(protocol: string | null | undefined): Pick<typeof http, 'request'> {
  return protocol === 'https:' ? https : http;
}

/**
 * @param url where to, of https:
 * @returns what is to be destroyed to stop it, and, once it is open, the connection
 */
export function openTunnel(
  url: URL,
  {
    proxy,
    trust,
    userAgent,
  }: { readonly proxy: HttpProxy; readonly trust: Trust; readonly userAgent: string },
  { onOpen, onBlocked, onError }: TunnelEvents,
): { destroy(): void } {
  const authority = `${url.hostname}:${url.port || 443}`;
  const options = proxyOptions(proxy, trust);
  const headers = { ...options.headers, host: authority, 'user-agent': userAgent };
  const message = moduleOf(options.protocol).request({
    ...{ ...options, method: 'CONNECT', path: authority, headers },
  });
  let isAnswered = false;
  // Whatever the answer: there is no body to it.
  message.on('connect', (response: http.IncomingMessage, socket: Socket) => {
    isAnswered = true;
    // Those that come later are also of the connection in it.
    socket.on('error', () => {});
    const { statusCode: status = 0, headers } = response;
    if (status >= 200 && status < 300) return onOpen(throughTls(socket, url, trust));
    socket.destroy();
    onBlocked(status, headers);
  });
  message.on('error', (error) => onError(systemErrorCode(error) ?? null));
  message.on('close', () => {
    if (!isAnswered) onError(null);
  });
  message.end();
  return message;
}

function throughTls(socket: Socket, url: URL, trust: Trust): TLSSocket {
  const host = withoutBrackets(url.hostname);
  return connect({ socket, host, servername: serverName(host), ...trust });
}

/** What a server is asked for by; empty for an address, which is no name (RFC 6066, 3): certificates are looked at for it all the same. */
function serverName(host: string): string {
  return isIP(host) === 0 ? host : '';
}
