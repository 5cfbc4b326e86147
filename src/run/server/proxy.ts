/** The proxy that the environment names for an address, as curl reads it (https://curl.se/docs/manpage.html, "ENVIRONMENT"). */
import { BlockList, isIP } from 'node:net';
import { PyspyError } from '../../errors.js';
import { basicCredentials } from './credentials.js';

export interface HttpProxy {
  /** Without a user and a password; with a port. */
  readonly url: URL;
  /** For messages. */
  readonly shown: string;
  /** Whether it only leads to the server, to which TLS is spoken; else it passes requests on, and answers on its own, too. */
  readonly isTunnel: boolean;
  /** The variable that names it. */
  readonly variable: string;
  /** The value of the header Proxy-Authorization; null for none. */
  readonly authorization: string | null;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** In order. Not HTTP_PROXY: a web server that starts a program makes that of a header which anybody can send (https://httpoxy.org). */
const variables = {
  'http:': ['http_proxy', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
} as const;

/**
 * @param url of http: or https:
 * @returns null where it is reached without one
 * @throws PyspyError of kind "usage" for what is no address of a proxy, or one of another protocol
 */
export function findProxy(url: URL, environment: Environment): HttpProxy | null {
  const variable = variables[url.protocol as keyof typeof variables].find((name) => environment[name]);
  if (variable === undefined || isExempt(url, environment.no_proxy || environment.NO_PROXY || ''))
    return null;
  const text = environment[variable]!;
  const address = text.includes('://') ? text : `http://${text}`;
  // The text itself is not shown: a password may be in it.
  const hint = `Write it as ${variable}=http://HOST:PORT, or leave hosts out by NO_PROXY.`;
  if (!URL.canParse(address))
    throw new PyspyError('usage', `${variable} is not the address of a proxy`, { hint });
  const proxy = new URL(address);
  if (!(proxy.protocol in variables))
    throw new PyspyError(
      'usage',
      `${variable} is a proxy of ${proxy.protocol}//, and pyspy speaks http:// and https:// to proxies`,
      { hint },
    );
  const { username, password } = proxy;
  const credentials =
    username === '' && password === ''
      ? null
      : basicCredentials(`${decoded(username, variable)}:${decoded(password, variable)}`);
  const shown = `${proxy.protocol}//${proxy.host}`;
  return {
    ...{
      url: new URL(shown),
      shown,
      isTunnel: url.protocol === 'https:',
      variable,
      authorization: credentials?.header ?? null,
    },
    // As it is written, too.
    secrets: credentials === null ? [] : [...credentials.secrets, password].filter((text) => text !== ''),
  };
}

/** Whether a list of hosts, domains and networks, or "*", has the host of an address; ports are not looked at. */
function isExempt({ hostname }: URL, list: string): boolean {
  const host = withoutBrackets(hostname).replace(/\.$/, '');
  const family = isIP(host);
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const plain = withoutBrackets(entry.toLowerCase());
    if (plain === '') return false;
    if (family !== 0) return isWithin(host, family, plain);
    const domain = plain.replace(/^\./, '').replace(/\.$/, '');
    return host === domain || (domain !== '' && host.endsWith(`.${domain}`));
  });
}

/** @param network an address, or one with the bits that count behind "/" */
function isWithin(host: string, family: number, network: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const most = family === 4 ? 32 : 128;
  if (isIP(address) !== family || Number(bits ?? most) > most) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const hosts = new BlockList();
  hosts.addSubnet(address, Number(bits ?? most), type);
  return hosts.check(host, type);
}

export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** @throws PyspyError of kind "usage" where it is no text, or no line of a header */
function decoded(text: string, variable: string): string {
  try {
    const plain = decodeURIComponent(text);
    if (!/\p{Cc}/u.test(plain)) return plain;
  } catch {
    // No text in percent signs.
  }
  throw new PyspyError('usage', `${variable} has a user or a password that is no text`, {
    hint: 'Write special signs of them with percent signs: "%40" for "@", "%25" for "%".',
  });
}
