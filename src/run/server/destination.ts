/** Where profiles are sent: an address that people give, and the one that requests go to. */
import { isIPv4 } from 'node:net';
import { PyspyError } from '../../errors.js';
import { type PushFormat, pushFormatRow } from './push-formats.js';

export interface Destination {
  /** Without a file's name, where a folder was given: `put` adds one. */
  readonly url: URL;
  /** For messages and the state file: without a query, which may be a secret. */
  readonly shown: string;
  /** Texts of its query, of which a server may send back any. */
  readonly secrets: readonly string[];
  /** Whether the address is that of a folder, into which files of any name go. */
  readonly isFolder: boolean;
}

/** @throws PyspyError of kind "usage" for what is no address of HTTP, or has a password in it */
export function parseDestination(text: string, format: PushFormat): Destination {
  const url = parseUrl(text);
  // Others can read command lines, and a trace keeps that of its recorder.
  if (url.username !== '' || url.password !== '')
    throw new PyspyError('usage', `--to has a user or a password in it, for ${url.host}`, {
      hint: 'Give those in a file (--basic-file), or as PYSPY_PUSH_BASIC in the environment.',
    });
  url.hash = '';
  const { path } = pushFormatRow(format);
  const plain = url.pathname.replace(/\/+$/, '');
  if (path !== '') url.pathname = plain.endsWith(path) ? plain : `${plain}${path}`;
  return {
    ...{ url, shown: `${url.origin}${url.pathname}`, secrets: secretsOf(url) },
    isFolder: path === '' && url.pathname.endsWith('/'),
  };
}

/** As they are written and as they are meant; "1" and "on" are no secrets, and stand in other words. */
function secretsOf({ search, searchParams }: URL): string[] {
  const written = search
    .slice(1)
    .split(/[&;]/)
    .map((part) => part.replace(/^[^=]*=/, ''));
  return [...new Set([...written, ...searchParams.values()])].filter((text) => text.length >= 4);
}

/** Whether what is sent there stays on this machine. */
export function isLoopback({ url }: Destination): boolean {
  const { hostname } = url;
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function parseUrl(text: string): URL {
  const hint = 'Write it as http://HOST:PORT or https://HOST/PATH.';
  // The text itself is not shown: a password may be in it.
  if (!URL.canParse(text)) throw new PyspyError('usage', '--to is not an address', { hint });
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new PyspyError('usage', '--to is not an address of HTTP', { hint });
  return url;
}
