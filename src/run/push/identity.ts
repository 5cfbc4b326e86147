/** Whose profiles they are: the service, and labels of people, of the host and of the pod. */
import { PyspyError } from '../../errors.js';
import type { OtlpKeyValue } from '../../format/foreign/otlp-messages.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { ProcessRow } from '../../format/vocabulary.js';
import { describeResource } from '../../replay/exports/otlp-resource.js';
import type { PushFormat } from '../server/push-formats.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Identity {
  readonly service: string;
  /** Those of --label, which count more than what is found. */
  readonly labels: ReadonlyMap<string, string>;
  /** What the environment says of the pod. */
  readonly place: readonly Place[];
}

interface Place {
  readonly value: string;
  /** What it is called among labels, and by OpenTelemetry. */
  readonly label: string;
  readonly attribute: string;
}

/** Variables that a pod's manifest sets from its own metadata (Kubernetes: the downward API). */
const places = [
  { variable: 'POD_NAME', label: 'pod', attribute: 'k8s.pod.name' },
  { variable: 'POD_NAMESPACE', label: 'namespace', attribute: 'k8s.namespace.name' },
  { variable: 'NODE_NAME', label: 'node', attribute: 'k8s.node.name' },
] as const;

/** Of Pyroscope. */
const serviceLabel = 'service_name';

const serviceVariable = 'OTEL_SERVICE_NAME';

/**
 * @param given "name=value" each
 * @throws PyspyError of kind "usage" where there is no service, or a text that the format has no place for
 */
export function readIdentity(
  format: PushFormat,
  {
    service = '',
    labels: given,
  }: { readonly service?: string | undefined; readonly labels: readonly string[] },
  environment: Environment,
): Identity {
  const named = service || environment[serviceVariable] || '';
  if (named === '')
    throw new PyspyError('usage', 'push needs the name of the service that was recorded', {
      hint: `Give --service NAME, or ${serviceVariable} in the environment.`,
    });
  const labels = new Map<string, string>();
  for (const text of given) {
    const { name, value } = parseLabel(text);
    if (labels.has(name)) throw wrongLabel(text, `${name} is there twice`);
    labels.set(name, value);
  }
  const place = places.flatMap(({ variable, ...names }) => {
    const value = environment[variable];
    return value ? [{ value, ...names }] : [];
  });
  const identity = { service: named, labels, place };
  if (format === 'pyroscope') pyroscopeName(identity, '');
  if (format === 'pyroscope-push' && labels.has(serviceLabel))
    throw wrongLabel(`${serviceLabel}=${labels.get(serviceLabel)}`, '--service says that');
  return identity;
}

/**
 * The name by which Pyroscope takes profiles: service{label=value,…}. It has no way to write some signs.
 * @throws PyspyError of kind "usage" for those
 */
export function pyroscopeName({ service, labels, place }: Identity, host: string): string {
  if (!/^[\w./-]+$/.test(service))
    throw new PyspyError('usage', `Pyroscope takes no service of the name ${JSON.stringify(service)}`, {
      hint: 'Letters, digits and the signs "_", ".", "-" and "/" can be in it; any with --format pyroscope-push.',
    });
  const all = plainLabels({ labels, place }, host);
  for (const [name, value] of all)
    if (/[,{}]/.test(value))
      throw wrongLabel(`${name}=${value}`, 'Pyroscope has no way to write "," or braces in a value');
  const texts = [...all].map(([name, value]) => `${name}=${value}`).sort();
  return `${service}{${texts.join(',')}}`;
}

/**
 * The labels of a series in Pyroscope's push API.
 * @param measure what the profile is of, after which Pyroscope names its type
 */
export function pyroscopeLabels(
  identity: Identity,
  host: string,
  measure: 'wall' | 'cpu',
): ReadonlyMap<string, string> {
  return new Map([
    ['__name__', measure === 'cpu' ? 'process_cpu' : 'wall'],
    // Each profile is of its own time, and no sum since the program began.
    ['__delta__', 'false'],
    // The name that makes it a profile of Python there.
    ['pyroscope_spy', 'pyspy'],
    ...plainLabels(identity, host),
    [serviceLabel, identity.service],
  ]);
}

function plainLabels(
  { labels, place }: Pick<Identity, 'labels' | 'place'>,
  host: string,
): Map<string, string> {
  return new Map([
    ...(host === '' ? [] : [['host', host] as const]),
    ...place.map(({ label, value }) => [label, value] as const),
    ...labels,
  ]);
}

/** What OpenTelemetry's profiles say of a process. */
export function otlpResource(
  { service, labels, place }: Identity,
  reader: TraceReader,
  process: ProcessRow,
): OtlpKeyValue[] {
  const own: [string, string][] = [
    ['service.name', service],
    ...place.map(({ attribute, value }): [string, string] => [attribute, value]),
    ...labels,
  ];
  const names = new Set(own.map(([name]) => name));
  return [
    ...new Map(own.map(([key, stringValue]) => [key, { key, value: { stringValue } }])).values(),
    ...describeResource(reader, process).filter(({ key }) => !names.has(key)),
  ];
}

function parseLabel(text: string): { name: string; value: string } {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw wrongLabel(text, 'it has no "="');
  if (!/^[a-z_][\w.]*$/i.test(name) || name.startsWith('__'))
    throw wrongLabel(text, 'names begin with a letter or "_", not two; letters, digits, "_" and "." follow');
  if (value === '' || value.length > 1_024 || /\p{Cc}/u.test(value))
    throw wrongLabel(text, 'values are one line of 1 to 1,024 signs');
  return { name, value };
}

function wrongLabel(text: string, reason: string): PyspyError {
  return new PyspyError('usage', `--label ${JSON.stringify(text.slice(0, 100))} is no label: ${reason}`, {
    hint: 'Write NAME=VALUE, such as --label region=eu-1.',
  });
}
