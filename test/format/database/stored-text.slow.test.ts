/** No text and no command line is stored that a reader refuses; what is cut off is marked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maxTextBytes } from '../../../src/format/database/column.js';
import { storedCommand, storedText } from '../../../src/format/database/stored-text.js';
import { TraceReader } from '../../../src/format/reading/reader.js';
import { verifyTrace } from '../../../src/format/verify/verify.js';
import { createRandom } from '../random.js';
import { TraceBuilder } from '../trace-builder.js';

const signs = ['a', 'é', '中', '🐍', '\ud800', '\udc00', '"', '\\', '\n', '\x01', '\u2028', '\ufffd'];

function* commands(): Generator<string[], void> {
  const random = createRandom(11);
  const word = (length: number) => {
    let text = '';
    while (text.length < length)
      text += signs[Math.floor(random() * signs.length)]!.repeat(1 + Math.floor(random() * 90));
    return text.slice(0, length);
  };
  yield [];
  yield [''];
  for (const sign of signs)
    for (const length of [1, 174_760, 262_140, 524_280, 1_048_570, 1_048_576, 1_048_577, 3_000_000])
      yield [sign.repeat(length)];
  for (let round = 0; round < 40; round++)
    yield Array.from({ length: Math.floor(random() * 60) }, () => word(Math.floor(random() ** 4 * 400_000)));
  yield Array.from({ length: 45_000 }, (_, at) => `some/input/file-${at}.txt`);
  yield new Array<string>(600_000).fill('');
}

test('a command line fits a text, word by word as far as there is room', () => {
  for (const command of commands()) {
    const text = storedCommand(command);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxTextBytes);
    const words = JSON.parse(text) as string[];
    const whole = command.map((one) => one.toWellFormed());
    if (Buffer.byteLength(JSON.stringify(whole)) <= maxTextBytes) {
      expect(words).toEqual(whole);
      continue;
    }
    // All that there was room for, and a mark.
    expect(words.join().endsWith('…')).toBe(true);
    words.forEach((one, at) => {
      if (one !== whole[at])
        expect(whole[at]!.startsWith(one.slice(0, -1)) || at === words.length - 1).toBe(true);
    });
    expect(Buffer.byteLength(text)).toBeGreaterThan(maxTextBytes / 2 - 10);
  }
});

test('a text fits, and is cut between characters', () => {
  for (const sign of signs)
    for (const length of [0, 1, 262_144, 349_525, 524_288, 1_048_575, 1_048_576, 1_048_577, 2_000_000]) {
      const text = storedText(sign.repeat(length));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxTextBytes);
      if (Buffer.byteLength(sign.toWellFormed()) * length <= maxTextBytes)
        expect(text).toBe(sign.repeat(length).toWellFormed());
      else expect(text.endsWith('…')).toBe(true);
    }
});

test('a recording with texts without end is one that every reader takes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pyspy-texts-'));
  const path = join(directory, 'long.trace');
  const long = 'x'.repeat(2_000_000);
  const trace = new TraceBuilder(path, { recorderCommand: ['pyspy', long] });
  const process = trace.process({
    command: ['python3', long],
    executable: long,
    cwd: long,
    pythonVersion: long,
    pythonBuild: long,
  });
  const thread = trace.thread(process, long);
  const stack = trace.stack([{ name: long, file: long, firstLine: 1 }, 2]);
  for (let tick = 1; tick <= 20; tick++) trace.tick(tick * 10e6, [{ thread, stack }]);
  trace.fail(long, 3);
  trace.gap(3e8, 4e8, long);
  trace.end(5e8);
  expect((await verifyTrace(path, () => {})).problems).toEqual([]);
  const reader = TraceReader.open(path);
  expect(reader.processes()[0]!.command).toEqual(['python3', expect.stringMatching(/^x+…$/)]);
  expect([...reader.gaps(0, 1e9), ...reader.failures()]).toHaveLength(2);
  reader.close();
  rmSync(directory, { recursive: true });
});
