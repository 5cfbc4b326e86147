/** The recording that a page of a trace carries. */
import { inflateRawSync } from 'node:zlib';
import type { TraceReader } from '../../../src/format/reading/reader.js';
import { Recording } from '../../../src/render/figures/recording.js';
import type { OwnRule } from '../../../src/replay/names/own-code.js';
import { drawAsked } from '../../../src/run/replay/report.js';

/** Unpacks the data of a page as a browser does. */
export function recordingOf(reader: TraceReader, mine: OwnRule | null = null): Recording {
  const page = drawAsked(reader, { window: {}, title: 'A page', mine, isServed: false }).text;
  const data = /id="data">([^<]*)</.exec(page)![1]!;
  return new Recording(inflateRawSync(Buffer.from(data, 'base64')));
}
