/** Credentials for a server: from a file or the environment, and in no message. */
import { withoutAddressSecrets } from '../../address-text.js';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { readSmallText } from '../../platform/regular-file.js';

export interface CredentialSources {
  /** A file with a token; with "user:password". */
  readonly bearerFile: string | null;
  readonly basicFile: string | null;
}

export interface Credentials {
  /** The value of the header Authorization. */
  readonly header: string;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

const bearerVariable = 'PYSPY_PUSH_BEARER';
const basicVariable = 'PYSPY_PUSH_BASIC';

const mostSecretBytes = 16_384;
const mostCertificateBytes = 4 * 2 ** 20;

/**
 * Reads them anew each time: tokens in files are replaced as they expire.
 * @param environment process.env
 * @returns null where none are given
 * @throws PyspyError of kind "usage" where there are two, or a file cannot be read or holds none
 */
export function readCredentials(
  { bearerFile, basicFile }: CredentialSources,
  environment: Readonly<Record<string, string | undefined>>,
): Credentials | null {
  const given = [
    {
      kind: 'bearer',
      from: '--bearer-file',
      read: bearerFile === null ? null : () => readSecret(bearerFile),
    },
    { kind: 'basic', from: '--basic-file', read: basicFile === null ? null : () => readSecret(basicFile) },
  ].filter(({ read }) => read !== null);
  // A file that is named counts more than an environment that was there before.
  if (given.length === 0)
    for (const [kind, from] of [
      ['bearer', bearerVariable],
      ['basic', basicVariable],
    ] as const)
      if (environment[from]) given.push({ kind, from, read: () => environment[from]! });
  const [first, second] = given;
  if (first === undefined) return null;
  if (second !== undefined)
    throw new PyspyError('usage', `${first.from} and ${second.from} exclude each other`, {
      hint: 'Give one of the two.',
    });
  const secret = first.read!().trim();
  // It becomes a line of a header. No word of it is shown.
  if (secret === '' || (first.kind === 'bearer' ? !/^[!-~]+$/.test(secret) : /\p{Cc}/u.test(secret)))
    throw new PyspyError('usage', `${first.from} holds no credentials: one line of text was expected`, {
      hint: first.kind === 'basic' ? 'Write USER:PASSWORD.' : 'Write the token, and nothing else.',
    });
  if (first.kind === 'bearer') return { header: `Bearer ${secret}`, secrets: [secret] };
  const at = secret.indexOf(':');
  if (at < 1)
    throw new PyspyError('usage', `${first.from} is not USER:PASSWORD`, {
      hint: 'Write both in one line, with a colon between them.',
    });
  return basicCredentials(secret);
}

/** @param pair "user:password", one line */
export function basicCredentials(pair: string): Credentials {
  const encoded = Buffer.from(pair, 'utf8').toString('base64');
  return { header: `Basic ${encoded}`, secrets: [encoded, pair, pair.slice(pair.indexOf(':') + 1)] };
}

/** A text without what must not be shown, and without secrets of other addresses: a server may send back what it got. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let left = text;
  // One may be a part of another.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length))
    if (secret !== '') left = left.replaceAll(secret, '[secret]');
  return withoutAddressSecrets(left);
}

/**
 * Certificates that are trusted besides the usual ones.
 * @param path file in PEM; null for none
 * @throws PyspyError of kind "usage" where it cannot be read
 */
export function readCertificates(path: string | null): string | null {
  if (path === null) return null;
  const text = readOwn(path, mostCertificateBytes);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw cannotRead(path, 'it has no certificate in PEM');
}

function readSecret(path: string): string {
  return readOwn(path, mostSecretBytes);
}

/** @throws PyspyError of kind "usage" where it cannot be read */
function readOwn(path: string, mostBytes: number): string {
  let text: string | null;
  try {
    text = readSmallText(path, mostBytes);
  } catch (error) {
    const code = systemErrorCode(error);
    throw cannotRead(path, code === 'ENOENT' ? 'there is no such file' : String(code));
  }
  // It is read again for each request: a pipe would be empty by then.
  if (text === null) throw cannotRead(path, `it is no file, or has more than ${mostBytes / 1_024} kB`);
  return text;
}

function cannotRead(path: string, reason: string): PyspyError {
  return new PyspyError('usage', `cannot read ${path}: ${reason}`, {
    hint: 'Give a file that this user can read: credentials in one line, certificates in PEM.',
  });
}
