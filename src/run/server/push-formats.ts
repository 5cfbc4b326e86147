/** What `push` speaks, as data of which help and checks are made. It imports nothing: --help loads it. */

export interface PushFormatRow {
  /** What takes it, in a line of help. */
  readonly about: string;
  /** Where a server of this kind takes it, behind the address that it is given; empty for nowhere else. */
  readonly path: string;
  /** Whether it is of profiles, which have a service and labels. */
  readonly isProfile: boolean;
  /** Statuses by which a server says that it may take the same later. */
  readonly laterStatuses: readonly number[];
}

export const pushFormats = {
  pyroscope: {
    about: 'Pyroscope, Alloy: pprof to URL/ingest',
    path: '/ingest',
    isProfile: true,
    laterStatuses: [408, 429, 500, 502, 503, 504],
  },
  'pyroscope-push': {
    about: 'Pyroscope, Alloy: series of pprof to its push API',
    path: '/push.v1.PusherService/Push',
    isProfile: true,
    // Of its codes: deadline_exceeded, resource_exhausted, unknown and internal, unavailable.
    laterStatuses: [408, 429, 500, 502, 503, 504],
  },
  otlp: {
    about: 'OpenTelemetry collectors: to URL/v1development/profiles',
    path: '/v1development/profiles',
    isProfile: true,
    // opentelemetry-proto 1.11.0, docs/specification.md: no others may be tried again.
    laterStatuses: [429, 502, 503, 504],
  },
  put: {
    about: 'object stores: the trace itself, by HTTP PUT to URL',
    path: '',
    isProfile: false,
    laterStatuses: [408, 429, 500, 502, 503, 504],
  },
} as const satisfies Readonly<Record<string, PushFormatRow>>;

export type PushFormat = keyof typeof pushFormats;

export const pushFormatNames = Object.keys(pushFormats) as readonly PushFormat[];

/** What an address takes that ends with the path of a format; of others, most often Pyroscope's first way. */
export function formatOfAddress(address: string): PushFormat {
  const path = address.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return (
    pushFormatNames.find((name) => {
      const { path: own } = pushFormatRow(name);
      return own !== '' && path.endsWith(own);
    }) ?? 'pyroscope'
  );
}

/** Of a format. */
export function pushFormatRow(format: PushFormat): PushFormatRow {
  return pushFormats[format];
}
