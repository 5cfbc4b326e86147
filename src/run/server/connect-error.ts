/** What a server of the Connect protocol says of a request that it did not take (https://connectrpc.com/docs/protocol#error-codes). */

export interface ConnectError {
  /** One of the protocol's codes. */
  readonly code: string;
  /** Empty where it has none. */
  readonly message: string;
  /** Whether it may take the same later. */
  readonly isForNow: boolean;
  readonly isTooLarge: boolean;
}

/** The protocol's codes: of what may be taken later, and of what may not. */
const forNow = ['resource_exhausted', 'unavailable', 'deadline_exceeded', 'aborted'];
const forGood = [
  ...['canceled', 'unknown', 'invalid_argument', 'not_found', 'already_exists', 'permission_denied'],
  ...['failed_precondition', 'out_of_range', 'unimplemented', 'internal', 'data_loss', 'unauthenticated'],
];

/** A message that is too large has the code of a server that is busy: only its words tell (connectrpc/connect-go). */
const tooLarge = /larger than configured max|MaxBytesReader limit/i;

/** @returns null for what is no such error, of which nothing is believed */
export function readConnectError(body: Uint8Array): ConnectError | null {
  let error: unknown;
  try {
    error = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
  if (typeof error !== 'object' || error === null) return null;
  const { code, message } = error as Readonly<Record<string, unknown>>;
  if (typeof code !== 'string' || ![...forNow, ...forGood].includes(code)) return null;
  const text = typeof message === 'string' ? message : '';
  const isTooLarge = code === 'resource_exhausted' && tooLarge.test(text);
  return { code, message: text, isForNow: forNow.includes(code) && !isTooLarge, isTooLarge };
}
