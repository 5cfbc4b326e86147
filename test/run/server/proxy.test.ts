/** Which hosts the environment leaves out: pairs of a list and a host, as curl takes them. */
import { expect, test } from 'vitest';
import { findProxy } from '../../../src/run/server/proxy.js';

const isLeftOut = (host: string, list: string): boolean =>
  findProxy(new URL(`https://${host}/`), { https_proxy: 'proxy:3128', NO_PROXY: list }) === null;

test.each([
  ['example.com', 'example.com'],
  ['example.com:8443', 'example.com'],
  ['www.example.com', 'example.com'],
  ['www.example.com', '.example.com'],
  ['example.com', '.example.com'],
  ['EXAMPLE.com.', 'Example.COM'],
  ['example.com', 'other.org, ,example.com.'],
  ['example.com', 'other.org example.com'],
  ['anything.at.all', '*'],
  ['10.1.2.3', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.2.3'],
  ['[fd00::1]', 'fd00::/8'],
  ['[fd00::1]', '[fd00::1]'],
  ['127.0.0.1', '0.0.0.0/0'],
])('%s is left out by %j', (host, list) => {
  expect(isLeftOut(host, list)).toBe(true);
});

test.each([
  ['nonexample.com', 'example.com'],
  ['nonexample.com', '.example.com'],
  ['example.com', 'www.example.com'],
  ['example.com', ''],
  ['example.com', '.'],
  ['example.com', '*.example.com'],
  ['example.com', 'example.com/8'],
  ['11.1.2.3', '10.0.0.0/8'],
  ['10.1.2.3', '10.0.0.0/33'],
  ['10.1.2.3', '10.0.0.0/x'],
  ['10.1.2.3', '1.2.3'],
  ['10.1.2.3', '::/0'],
  ['[fd00::1]', '0.0.0.0/0'],
])('%s is not left out by %j', (host, list) => {
  expect(isLeftOut(host, list)).toBe(false);
});

test('a proxy without a port has that of its protocol', () => {
  const found = (https_proxy: string) => findProxy(new URL('https://a/'), { https_proxy })!;
  expect(found('proxy')).toMatchObject({ shown: 'http://proxy', authorization: null, secrets: [] });
  expect(found('https://u:p@proxy:8443/x')).toMatchObject({
    ...{ shown: 'https://proxy:8443', authorization: `Basic ${btoa('u:p')}`, isTunnel: true },
  });
});
