import { describe, expect, test } from 'vitest';
import type { ProcessRow } from '../../../src/format/vocabulary.js';
import { CodePaths } from '../../../src/replay/names/code-path.js';

function pathsOf(cwd: string, ...command: string[]): CodePaths {
  return new CodePaths([{ cwd, command } as unknown as ProcessRow]);
}

describe('a file by its place', () => {
  const paths = pathsOf('/home/u/shop', 'python3', '-X', 'dev', 'bin/run.py', 'x.py');

  test.each([
    ['/usr/lib/python3.12/json/decoder.py', 'json/decoder.py', 'json'],
    ['/usr/lib/python3.12/threading.py', 'threading.py', 'threading'],
    ['/opt/py/lib/python3.13t/asyncio/base_events.py', 'asyncio/base_events.py', 'asyncio'],
    ['/x/lib/python312.zip/json/decoder.py', 'json/decoder.py', 'json'],
    [
      '/home/u/shop/venv/lib/python3.12/site-packages/django/db/models/query.py',
      'django/db/models/query.py',
      'django.db',
    ],
    ['/usr/lib/python3/dist-packages/apt/__init__.py', 'apt/__init__.py', 'apt'],
    [
      '/usr/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so',
      'lib-dynload/_json.cpython-312-x86_64-linux-gnu.so',
      'lib-dynload',
    ],
    ['/home/u/shop/cart/price.py', 'cart/price.py', 'cart'],
    ['/home/u/shop/app.py', 'app.py', 'app'],
    ['/home/u/shop/bin/helper.py', 'helper.py', 'helper'],
    ['./app.py', 'app.py', 'app'],
    ['app.py', 'app.py', 'app'],
    ['/opt/elsewhere/tool.py', '/opt/elsewhere/tool.py', 'tool'],
    ['<frozen importlib._bootstrap>', '<frozen importlib._bootstrap>', 'importlib'],
    ['<frozen runpy>', '<frozen runpy>', 'runpy'],
    ['<string>', '<string>', '<string>'],
    ['<attrs generated init shop.Cart>', '<attrs generated init shop.Cart>', '<attrs>'],
    ['', '', ''],
  ])('%s', (file, relative, module) => {
    expect(paths.relative(file)).toBe(relative);
    expect(paths.module(file)).toBe(module);
  });

  test('does not take / for a place, nor the directory of a module run with -m', () => {
    expect(pathsOf('/', 'python3', '-m', 'shop').relative('/srv/shop/x.py')).toBe('/srv/shop/x.py');
    expect(pathsOf('/a', 'python3', '/b/../c/run.py').relative('/c/lib.py')).toBe('lib.py');
  });
});
