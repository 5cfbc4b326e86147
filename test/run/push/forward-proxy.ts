/** A proxy on loopback, as a test says: it leads to where the test has put a host, and keeps what it was asked. */
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface Asked {
  readonly method: string;
  /** As it stands in the request. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** Certificate and key, for one that speaks TLS. */
interface Key {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export class ForwardProxy {
  readonly asked: Asked[] = [];
  /** Ports on loopback, by host and port as they are asked for; what is not in there is where it says. */
  readonly places = new Map<string, number>();
  /** In place of leading there: what is done with the socket of CONNECT. */
  onConnect: ((socket: Socket) => void) | null = null;
  /** In place of passing a request on. */
  onRequest: RequestListener | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(key: Key | null = null) {
    this.#server = key === null ? createServer() : createSecureServer(key);
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('request', (request, response) => {
      this.#ask(request.method!, request.url!, request.headers);
      if (this.onRequest !== null) return this.onRequest(request, response);
      const { hostname, port, pathname, search, host } = new URL(request.url!);
      const { 'proxy-authorization': _, ...headers } = request.headers;
      const to = this.places.get(host) ?? Number(port);
      const onward = forward(
        {
          ...{ host: this.places.has(host) ? '127.0.0.1' : hostname, port: to },
          ...{ method: request.method, path: pathname + search, headers },
        },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.writeHead(502).end());
      request.pipe(onward);
    });
    this.#server.on('connect', (request, socket: Socket, head: Buffer) => {
      this.#ask(request.method!, request.url!, request.headers);
      socket.on('error', () => {});
      if (this.onConnect !== null) return this.onConnect(socket);
      const to = this.places.get(request.url!) ?? Number(request.url!.replace(/.*:/, ''));
      const onward = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
      this.#keep(onward);
      onward.on('error', () => socket.destroy());
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #ask(method: string, target: string, headers: IncomingHttpHeaders): void {
    this.asked.push({ method, target, headers });
  }
}
