/**
 * pprof's profile.proto (https://github.com/google/pprof/blob/main/proto/profile.proto), gzipped: what `go tool pprof`,
 * Grafana, Pyroscope, Parca and Polar Signals read.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { gzipChunks } from './gzip.js';
import { varint } from './varint.js';

export interface PprofValueType {
  readonly type: string;
  readonly unit: string;
}

export interface PprofFunction {
  readonly name: string;
  readonly file: string;
  /** 1-based; 0 where not known. */
  readonly startLine: number;
}

/** A line of a function. */
export interface PprofLocation {
  /** Index into the functions. */
  readonly function: number;
  /** 1-based; 0 where not known. */
  readonly line: number;
}

export interface PprofSample {
  /** Indexes into the locations, innermost first. */
  readonly locations: readonly number[];
  /** Whole numbers, one for each value type. */
  readonly values: readonly number[];
  readonly labels: readonly PprofLabel[];
}

export interface PprofLabel {
  readonly key: string;
  /** Text, or a whole number. */
  readonly value: string | number;
}

export interface PprofProfile {
  readonly sampleTypes: readonly PprofValueType[];
  /** The `type` of the sample type that is shown first. */
  readonly defaultType: string;
  /** What the period is measured in, and how long it is; 0 where not known. */
  readonly periodType: PprofValueType;
  readonly period: number;
  /** Since 1970. */
  readonly timeNs: bigint;
  readonly durationNs: number;
  /** The program that ran. */
  readonly program: string;
  readonly comments: readonly string[];
  readonly functions: readonly PprofFunction[];
  readonly locations: readonly PprofLocation[];
  readonly samples: Iterable<PprofSample>;
}

/** Numbers of the fields, by message. */
const inProfile = {
  ...{ sampleType: 1, sample: 2, mapping: 3, location: 4, function: 5, stringTable: 6, timeNanos: 9 },
  ...{ durationNanos: 10, periodType: 11, period: 12, comment: 13, defaultSampleType: 14 },
};
const inValueType = { type: 1, unit: 2 };
const inSample = { locationId: 1, value: 2, label: 3 };
const inLabel = { key: 1, str: 2, num: 3 };
const inMapping = { id: 1, filename: 5, hasFunctions: 7, hasFilenames: 8, hasLineNumbers: 9 };
const inLocation = { id: 1, mappingId: 2, line: 4 };
const inLine = { functionId: 1, line: 2 };
const inFunction = { id: 1, name: 2, systemName: 3, filename: 4, startLine: 5 };

/** Writes a profile in chunks of bytes. */
export function writePprof(profile: PprofProfile): Generator<Uint8Array, void> {
  return gzipChunks(encode(profile));
}

function* encode(profile: PprofProfile): Generator<Uint8Array, void> {
  const strings = new Map([['', 0]]);
  const textOf = (text: string): number => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const writer = new BinaryWriter();
  const valueType = (field: number, { type, unit }: PprofValueType): void => {
    writer.tag(field, WireType.LengthDelimited).fork();
    number(writer, inValueType.type, textOf(type));
    number(writer, inValueType.unit, textOf(unit));
    writer.join();
  };
  for (const type of profile.sampleTypes) valueType(inProfile.sampleType, type);
  valueType(inProfile.periodType, profile.periodType);
  number(writer, inProfile.period, profile.period);
  writer.tag(inProfile.timeNanos, WireType.Varint).int64(profile.timeNs);
  number(writer, inProfile.durationNanos, profile.durationNs);
  number(writer, inProfile.defaultSampleType, textOf(profile.defaultType));
  list(writer, inProfile.comment, profile.comments.map(textOf));
  // Readers look for symbols in mappings that do not say that they have them.
  writer.tag(inProfile.mapping, WireType.LengthDelimited).fork();
  number(writer, inMapping.id, 1);
  number(writer, inMapping.filename, textOf(profile.program));
  for (const has of [inMapping.hasFunctions, inMapping.hasFilenames, inMapping.hasLineNumbers])
    number(writer, has, 1);
  yield writer.join().finish();

  for (const { locations, values, labels } of profile.samples) {
    writer.tag(inProfile.sample, WireType.LengthDelimited).fork();
    list(
      writer,
      inSample.locationId,
      locations.map((location) => location + 1),
    );
    list(writer, inSample.value, values);
    for (const { key, value } of labels) {
      writer.tag(inSample.label, WireType.LengthDelimited).fork();
      number(writer, inLabel.key, textOf(key));
      if (typeof value === 'string') number(writer, inLabel.str, textOf(value));
      else number(writer, inLabel.num, value);
      writer.join();
    }
    yield writer.join().finish();
  }
  for (const [at, location] of profile.locations.entries()) {
    writer.tag(inProfile.location, WireType.LengthDelimited).fork();
    number(writer, inLocation.id, at + 1);
    number(writer, inLocation.mappingId, 1);
    writer.tag(inLocation.line, WireType.LengthDelimited).fork();
    number(writer, inLine.functionId, location.function + 1);
    number(writer, inLine.line, location.line);
    yield writer.join().join().finish();
  }
  for (const [at, { name, file, startLine }] of profile.functions.entries()) {
    writer.tag(inProfile.function, WireType.LengthDelimited).fork();
    number(writer, inFunction.id, at + 1);
    number(writer, inFunction.name, textOf(name));
    number(writer, inFunction.systemName, textOf(name));
    number(writer, inFunction.filename, textOf(file));
    number(writer, inFunction.startLine, startLine);
    yield writer.join().finish();
  }
  for (const text of strings.keys())
    yield writer.tag(inProfile.stringTable, WireType.LengthDelimited).string(text).finish();
}

/** A field of a whole number; 0 is what readers take for one that is not there. */
function number(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) varint(writer.tag(field, WireType.Varint), value);
}

/** A list of whole numbers, packed. */
function list(writer: BinaryWriter, field: number, values: readonly number[]): void {
  if (values.length === 0) return;
  writer.tag(field, WireType.LengthDelimited).fork();
  for (const value of values) varint(writer, value);
  writer.join();
}
