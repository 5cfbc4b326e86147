/** Which source files a served page may ask for, and what it is given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { functionKind } from '../../src/format/vocabulary.js';
import { showText } from '../../src/render/words/text.js';
import { PageSources } from '../../src/run/pages/page-sources.js';
import { code, record, useSmallRecordings } from '../replay/small-recordings.js';

useSmallRecordings();

function setUp(files: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pyspy-sources-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const reader = record((trace, process) =>
    trace.tick(10e6, [
      { thread: trace.thread(process, 'MainThread'), stack: trace.stack([code('main'), 1]) },
    ]),
  );
  const frames = files.map((file, id) => ({
    id,
    line: 2,
    function: { ...{ id, name: 'main', qualname: null, firstLine: 1 }, kind: functionKind.python, file },
  }));
  return { folder, reader, frames };
}

test('files of the page are read, made fit to show, and no others', () => {
  const { folder, reader, frames } = setUp(['app.py', 'other.py']);
  writeFileSync(join(folder, 'app.py'), 'def main():\r\n\tpass \x1b[31m\r\n');
  writeFileSync(join(folder, 'secret.py'), 'def main():\n    pass\n');
  const sources = new PageSources({ frames });
  expect(sources.read(reader, 'app.py', folder)).toEqual({
    ...{ state: 'not-checked', path: join(folder, 'app.py'), reason: null },
    lines: ['def main():', '    pass \\x1b[31m'],
  });
  for (const name of ['secret.py', '../app.py', './app.py', '', '__proto__', join(folder, 'secret.py')])
    expect(sources.read(reader, name, folder)).toEqual({
      ...{ state: 'missing', path: name, reason: 'the page has no such file', lines: null },
    });
  expect(sources.read(reader, 'other.py', folder)).toMatchObject({ state: 'missing', lines: null });
});

test('what is no Python file is none, nor are files that the page shows alike', () => {
  const long = (middle: string) => `/srv/${'a'.repeat(400)}${middle}${'b'.repeat(400)}.py`;
  const { folder, reader, frames } = setUp([long('x'), long('y')]);
  const [first] = frames;
  const native = {
    ...first!,
    function: { ...first!.function, kind: functionKind.native, file: '/lib/libc.so' },
  };
  const sources = new PageSources({ frames: [...frames, native] });
  expect(sources.read(reader, '/lib/libc.so', folder).reason).toBe('the page has no such file');
  expect(showText(long('x'))).toBe(showText(long('y')));
  expect(sources.read(reader, showText(long('x')), folder).reason).toBe('the page has no such file');
});

test('long lines are cut', () => {
  const { folder, reader, frames } = setUp(['app.py']);
  writeFileSync(join(folder, 'app.py'), `def main():\n    x = "${'y'.repeat(100_000)}"\n`);
  const { lines } = new PageSources({ frames }).read(reader, 'app.py', folder);
  expect(lines![1]!.length).toBeLessThan(600);
});
