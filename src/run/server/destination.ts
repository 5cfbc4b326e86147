/** Where profiles are sent: an address that people give, and the one that requests go to. */
import { isIPv4 } from 'node:net';
import { PyspyError } from '../../errors.js';
import { findProxy, type HttpProxy } from './proxy.js';
import { type PushFormat, pushFormatRow } from './push-formats.js';

export interface Destination {
  /** Without a file's name, where a folder was given: `put` adds one. */
  readonly url: URL;
  /** For messages and the state file: without a query, which may be a secret. */
  readonly shown: string;
  /** What the way there goes through; null for nothing. */
  readonly proxy: HttpProxy | null;
  /** Texts of its query and of the way there, of which a server may send back any. */
  readonly secrets: readonly string[];
  /** Whether the address is that of a folder, into which files of any name go. */
  readonly isFolder: boolean;
}

/**
 * @param environment process.env, which may name a proxy
 * @throws PyspyError of kind "usage" for what is no address of HTTP, or has a password in it; as findProxy does
 */
export function parseDestination(
  text: string,
  format: PushFormat,
  environment: Readonly<Record<string, string | undefined>>,
): Destination {
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
  const proxy = findProxy(url, environment);
  return {
    ...{ url, shown: `${url.origin}${url.pathname}`, proxy },
    secrets: [...secretsOf(url), ...(proxy?.secrets ?? [])],
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

/** Whether others can read on its way what is sent there. */
export function isOpen({ url, proxy }: Destination): boolean {
  return url.protocol === 'http:' && !isLoopback(proxy?.url ?? url);
}

function isLoopback({ hostname }: URL): boolean {
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
