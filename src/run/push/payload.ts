/** A piece of a recording as the body of a request. */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PyspyError } from '../../errors.js';
import { Assembly } from '../../format/assembly/assembly.js';
import { encodePushRequest } from '../../format/foreign/pyroscope-push.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { SampleFilter } from '../../replay/samples/sample-filter.js';
import { isoTime } from '../../replay/window/figure.js';
import { instantOf, type Window } from '../../replay/window/window.js';
import { type ExportedWindow, exportByMeasure, exporters } from '../replay/exporters.js';
import type { Destination } from '../server/destination.js';
import type { PushFormat } from '../server/push-formats.js';
import { type Identity, otlpResource, pyroscopeLabels, pyroscopeName } from './identity.js';

export interface Payload {
  readonly method: 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or the name of a file that has them. */
  readonly body: Uint8Array | string;
}

/** What is made into payloads, and whose it is. */
export interface PayloadPlan {
  readonly format: PushFormat;
  readonly destination: Destination;
  readonly filter: SampleFilter;
  /** Null for `put`, which sends traces as they are. */
  readonly identity: Identity | null;
  /** Whether the file is sent in pieces, which then have names of their own. */
  readonly isCut: boolean;
  /** Folder for what is sent as a file. */
  readonly folder: string;
}

/** What servers take at most, before compression (opentelemetry-proto 1.11.0, docs/specification.md). */
const mostOtlpBytes = 64 * 2 ** 20;

/**
 * @returns null where the piece has no samples, or none that the filter lets through
 * @throws PyspyError of kind "trace" where the trace is damaged, "usage" for more than a server takes
 */
export async function makePayload(
  reader: TraceReader,
  window: Window,
  plan: PayloadPlan,
): Promise<Payload | null> {
  const { format, destination, identity } = plan;
  if (format === 'put' || identity === null) return makeFile(reader, window, plan);
  const asked: ExportedWindow = {
    ...{ reader, window, filter: plan.filter, detail: 'line', threads: false },
    // Pyroscope makes a series of each combination of labels.
    sampleLabels: false,
    resource: (of, process) => otlpResource(identity, of, process),
  };
  if (format === 'pyroscope-push') return makePushRequest(asked, destination, identity);
  const exported = whatWasThere(() => exporters[format === 'otlp' ? 'otlp' : 'pprof'](asked));
  if (!exported || exported.fold.samples === 0) return null;
  const body = joined(exported.chunks as Iterable<Uint8Array>);
  const url = new URL(destination.url);
  if (format === 'otlp') {
    if (body.length > mostOtlpBytes)
      throw new PyspyError(
        'usage',
        `a profile has ${body.length} bytes, and collectors take ${mostOtlpBytes} at most`,
        {
          hint: 'Send less at once: --every 5s, or filters such as --thread.',
        },
      );
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    return { method: 'POST', url, headers, body: gzipSync(body) };
  }
  url.searchParams.set('name', pyroscopeName(identity, hostOf(reader)));
  url.searchParams.set('from', pyroscopeTime(instantOf(reader, window.fromNs)));
  url.searchParams.set('until', pyroscopeTime(instantOf(reader, window.toNs)));
  url.searchParams.set('format', 'pprof');
  // Not "pyspy": for that name Pyroscope puts the file into each function's name.
  url.searchParams.set('spyName', 'pyspy-trace');
  return { method: 'POST', url, headers: { 'content-type': 'binary/octet-stream' }, body };
}

/** In Pyroscope's push API each measure is a profile of its own, whose series has labels. */
function makePushRequest(asked: ExportedWindow, { url }: Destination, identity: Identity): Payload | null {
  const exported = whatWasThere(() => exportByMeasure(asked));
  if (!exported || exported.fold.samples === 0) return null;
  const series = exported.profiles.map(({ measure, chunks }) => {
    const labels = pyroscopeLabels(identity, hostOf(asked.reader), measure);
    const profile = joined(chunks);
    return { labels, profile, id: idOf(labels, profile) };
  });
  // https://connectrpc.com/docs/protocol
  const headers = { 'content-type': 'application/proto', 'connect-protocol-version': '1' };
  return { method: 'POST', url, headers, body: encodePushRequest(series) };
}

/** Of the same profile the same, also when it is sent again: a UUID of version 8 (RFC 9562). */
function idOf(labels: ReadonlyMap<string, string>, profile: Uint8Array): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([...labels]))
    .update(profile)
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function hostOf({ recordings }: TraceReader): string {
  return recordings[0]?.host.name ?? '';
}

function joined(chunks: Iterable<Uint8Array>): Buffer {
  return Buffer.concat([...chunks]);
}

/** Of 13 digits Pyroscope takes a time for ms, of others as these for s (grafana/pyroscope, pkg/og/util/attime/attime.go). */
function pyroscopeTime(utcMs: number): string {
  const ms = String(Math.floor(utcMs));
  return ms.length === 13 ? ms : String(Math.floor(utcMs / 1e3));
}

async function makeFile(
  reader: TraceReader,
  window: Window,
  { destination, folder, isCut }: PayloadPlan,
): Promise<Payload | null> {
  const name = basename(reader.path).replace(/\.trace$/, '');
  const begun = BigInt(Math.floor(instantOf(reader, window.fromNs))) * 1_000_000n;
  const time = isoTime(begun).replace(/[-:]/g, '');
  const url = new URL(destination.url);
  if (destination.isFolder)
    url.pathname += encodeURIComponent(isCut ? `${name}-${time}.trace` : basename(reader.path));
  const body = join(folder, 'piece.trace');
  let samples = 0;
  await Assembly.make(body, true, async (assembly) => {
    samples = await assembly.add(reader, { window: isCut ? window : null, shiftNs: 0 }, async () => {});
  });
  if (samples === 0) return null;
  return { method: 'PUT', url, headers: { 'content-type': 'application/octet-stream' }, body };
}

/** Null for a piece without samples. */
function whatWasThere<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    // Of a window that lies within the recording, nothing else is said so.
    if (error instanceof PyspyError && error.kind === 'usage') return null;
    throw error;
  }
}
