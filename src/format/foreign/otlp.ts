/** Writes profiles for OpenTelemetry, as protobuf or as JSON (docs/specification.md of opentelemetry-proto 1.11.0, OTLP/HTTP). */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type OtlpField, type OtlpMessage, type OtlpProfiles, otlpMessages } from './otlp-messages.js';
import { varint } from './varint.js';

type Fields = Readonly<Record<string, unknown>>;

/** So many items of a list are one chunk. */
const itemsOfChunk = 512;

/** These hold lists of any length: what is in them is written in chunks. */
const containers: ReadonlySet<string> = new Set<OtlpMessage>([
  ...(['ProfilesData', 'ResourceProfiles', 'ScopeProfiles', 'Profile', 'Dictionary'] as const),
]);

/**
 * Writes them in chunks of bytes. Protobuf has the length of a message in front of it, so a profile is in memory as
 * bytes, and so is the dictionary.
 */
export function* writeOtlp(profiles: OtlpProfiles): Generator<Uint8Array, void> {
  yield* encode('ProfilesData', profiles as unknown as Fields);
}

/** The same as JSON: numbers of 64 bits are texts, ids of traces hexadecimal. */
export function* writeOtlpJson(profiles: OtlpProfiles): Generator<string, void> {
  yield* encodeJson('ProfilesData', profiles as unknown as Fields);
  yield '\n';
}

function* encode(message: OtlpMessage, fields: Fields): Generator<Uint8Array, void> {
  const writer = new BinaryWriter();
  for (const [name, field] of Object.entries(otlpMessages[message])) {
    const value = fields[name];
    if (containers.has(field.type)) {
      for (const item of field.isList ? (value as Iterable<Fields>) : [value as Fields]) {
        const chunks = [...encode(field.type as OtlpMessage, item)];
        const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        yield writer.tag(field.number, WireType.LengthDelimited).uint32(length).finish();
        yield* chunks;
      }
    } else if (field.isList && isLengthDelimited(field)) {
      let items = 0;
      for (const item of value as Iterable<unknown>) {
        writeOne(writer, field, item);
        if (++items % itemsOfChunk === 0) yield writer.finish();
      }
      yield writer.finish();
    } else {
      writeField(writer, field, value);
      yield writer.finish();
    }
  }
}

function writeMessage(writer: BinaryWriter, message: OtlpMessage, fields: Fields): void {
  for (const [name, field] of Object.entries(otlpMessages[message])) writeField(writer, field, fields[name]);
}

/** A field that is not there, or has the value that readers take for none, is not written. */
function writeField(writer: BinaryWriter, field: OtlpField, value: unknown): void {
  if (value === undefined) return;
  if (!field.isList) {
    const isNone = value === 0 || value === 0n || value === '';
    if (!isNone || field.isChoice) writeOne(writer, field, value);
    return;
  }
  const items = [...(value as Iterable<unknown>)];
  if (isLengthDelimited(field)) for (const item of items) writeOne(writer, field, item);
  else if (items.length > 0) {
    writer.tag(field.number, WireType.LengthDelimited).fork();
    for (const item of items) varint(writer, item as number);
    writer.join();
  }
}

function writeOne(writer: BinaryWriter, { number, type }: OtlpField, value: unknown): void {
  switch (type) {
    case 'string':
      writer.tag(number, WireType.LengthDelimited).string(value as string);
      break;
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array);
      break;
    case 'count':
    case 'varint':
      varint(writer.tag(number, WireType.Varint), value as number);
      break;
    case 'fixed64':
      writer.tag(number, WireType.Bit64).fixed64(value as bigint);
      break;
    default:
      writer.tag(number, WireType.LengthDelimited).fork();
      writeMessage(writer, type, value as Fields);
      writer.join();
  }
}

/** Whether each item of a list has a tag and a length of its own; numbers share one. */
function isLengthDelimited({ type }: OtlpField): boolean {
  return type !== 'count' && type !== 'varint' && type !== 'fixed64';
}

function* encodeJson(message: OtlpMessage, fields: Fields): Generator<string, void> {
  let opening = '{';
  for (const [name, field] of Object.entries(otlpMessages[message])) {
    yield `${opening}${JSON.stringify(name)}:`;
    opening = ',';
    const value = fields[name];
    const isContainer = containers.has(field.type);
    if (!field.isList) {
      if (isContainer) yield* encodeJson(field.type as OtlpMessage, value as Fields);
      else yield JSON.stringify(jsonOf(field, value));
      continue;
    }
    let separator = '[';
    for (const item of value as Iterable<unknown>) {
      yield separator;
      separator = ',';
      if (isContainer) yield* encodeJson(field.type as OtlpMessage, item as Fields);
      else yield JSON.stringify(jsonOf(field, item));
    }
    yield separator === '[' ? '[]' : ']';
  }
  yield '}';
}

/** A value, or an item of a list. */
function jsonOf({ type }: OtlpField, value: unknown): unknown {
  if (type === 'string' || type === 'count') return value;
  if (type === 'varint' || type === 'fixed64') return String(value);
  if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('hex');
  const fields = Object.entries(otlpMessages[type]).flatMap(([name, field]) => {
    const own = (value as Fields)[name];
    if (own === undefined) return [];
    return [
      [
        name,
        field.isList
          ? Array.from(own as Iterable<unknown>, (item) => jsonOf(field, item))
          : jsonOf(field, own),
      ],
    ];
  });
  return Object.fromEntries(fields);
}
