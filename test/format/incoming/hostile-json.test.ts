/** JSON of other programs that claims much: as many threads, frames and tables as its size allows, refused in words before memory or minutes go. */
import { expect, test } from 'vitest';
import type { ImportOptions } from '../../../src/format/encodings/import-fault.js';
import { readChrome } from '../../../src/format/incoming/chrome-reader.js';
import { FrameList } from '../../../src/format/incoming/frame-list.js';
import { readGecko } from '../../../src/format/incoming/gecko-reader.js';

const options: ImportOptions = { path: 'x', rateHz: null };
const list = (count: number, item: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => item(at)).join(',');

test('trace events of more threads than there can be are refused', () => {
  const file = Buffer.from(`[${list(1_000_001, (at) => `{"pid":${at}}`)}]`);
  expect(() => readChrome(file, options)).toThrow(/^x has more than can be imported: over 1000000 threads$/);
});

test('more frames than any program has are refused', () => {
  const frames = new FrameList('x');
  expect(() => {
    for (let at = 0; at < 1_000_001; at++) frames.get('f', '', at);
  }).toThrow(/^x has more than can be imported: over 1000000 frames$/);
});

test('threads that share one large table of functions do not go through it each', () => {
  const functions = 300_000;
  const numbers = list(functions, () => '0');
  const shared = `"frameTable":{"func":[0],"line":[1]},"funcTable":{"name":[${numbers}],"source":[${numbers}],"lineNumber":[${numbers}]},"sources":{"filename":[0]},"stringArray":["f"]`;
  const thread =
    '{"stackTable":{"frame":[0],"prefix":[null]},"samples":{"stack":[0],"time":[1],"weight":[1],"weightType":"tracing-ms"}}';
  const file = Buffer.from(
    `{"meta":{"preprocessedProfileVersion":58,"interval":1},"shared":{${shared}},"threads":[${list(20_000, () => thread)}]}`,
  );
  const samples = [...readGecko(file, options).samples];
  expect(samples).toHaveLength(20_000);
  expect(samples[0]!.frames).toMatchObject([{ name: 'f', file: 'f', line: 1 }]);
}, 20_000);
