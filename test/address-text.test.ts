/** Secrets of addresses, in messages of any kind. */
import { describe, expect, test } from 'vitest';
import { addressWithoutSecrets, withoutAddressSecrets } from '../src/address-text.js';

describe('withoutAddressSecrets', () => {
  test.each([
    ['http://someone:hunter2@host/x', 'http://[secret]@host/x'],
    ['https://hunter2@host', 'https://[secret]@host'],
    ['http://someone:hun@ter2@host:80/', 'http://[secret]@host:80/'],
    ['http://someone:"hunter2@host', 'http://[secret]@host'],
    ['cannot open ftp://a:hunter2@b/c: no', 'cannot open ftp://[secret]@b/c: no'],
    ['http://h/?token=hunter2', 'http://h/?token=[secret]'],
    ['http://h/a?a=hunter2&b=hunter2#c=hunter2', 'http://h/a?a=[secret]&b=[secret]#c=[secret]'],
    ['leads to https://other/x?hunter2', 'leads to https://other/x?[secret]'],
    ['https://other/x?a=hunter2&hunter2.', 'https://other/x?a=[secret]&[secret].'],
    ['(http://h/?k=hunter2)]', '(http://h/?k=[secret])]'],
    ['see http://h/?key=hunter2, then', 'see http://h/?key=[secret], then'],
    ['"http://h/?key=hunter2": no', '"http://h/?key=[secret]": no'],
    ['http://a:hunter2@h/?k=hunter2 http://b:hunter2@h', 'http://[secret]@h/?k=[secret] http://[secret]@h'],
  ])('%s', (text, shown) => {
    expect(withoutAddressSecrets(text)).toBe(shown);
    // A message can come through more than one place that hides them.
    expect(withoutAddressSecrets(shown)).toBe(shown);
    expect(addressWithoutSecrets(withoutAddressSecrets(text))).not.toContain('hunter2');
  });

  test.each([
    'http://127.0.0.1:4040/ingest',
    'somebody@example.org wrote a//b and c:d',
    'is a=b? it is: c=d',
    'run.trace: /home/me@here/app.py',
    'wrote /srv//me@here/run.trace',
    'Write it as http://HOST:PORT or https://HOST/PATH.',
  ])('leaves %s', (text) => {
    expect(withoutAddressSecrets(text)).toBe(text);
  });

  test('takes no time for a text that was made to take some', { timeout: 5_000 }, () => {
    for (const part of ['a://', 'a', 'http://x?', '//@', 'http://a?b=', '?a=', 'http://x?.,:'])
      withoutAddressSecrets(part.repeat(65_536 / part.length));
  });
});

test('addressWithoutSecrets takes one that is relative', () => {
  expect(addressWithoutSecrets('/login?next=a&token=hunter2')).toBe('/login?next=[secret]&token=[secret]');
  expect(addressWithoutSecrets('//someone:hunter2@host/?a=hunter2')).toBe('//[secret]@host/?a=[secret]');
  expect(addressWithoutSecrets('http://someone:hunter2@host/')).toBe('http://[secret]@host/');
  expect(addressWithoutSecrets('/login')).toBe('/login');
});
