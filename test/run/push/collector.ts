/** A server on loopback that answers as a test says, and keeps what it was sent. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is done with a request once all of it is there. */
export type Answer = (response: ServerResponse, request: Received) => void;

/** Answers with a status, and headers and a body if it has some. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer {
  return (response) => response.writeHead(code, headers).end(body);
}

export class Collector {
  readonly received: Received[] = [];
  /** For the next requests, one each; then `otherwise`. */
  readonly answers: Answer[] = [];
  otherwise: Answer = status(200);
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) =>
      // One that was cut off is none.
      this.#take(request, response).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') throw error;
      }),
    );
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      ...{ method: request.method!, headers: request.headers, body: Buffer.concat(chunks) },
      url: new URL(request.url!, this.url),
    };
    this.received.push(received);
    (this.answers.shift() ?? this.otherwise)(response, received);
  }
}
