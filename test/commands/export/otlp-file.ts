/**
 * OpenTelemetry's profiles as a library reads them that knows nothing of ours: by the published definition, version 1.11.0. The
 * descriptor is made of its files common.proto, resource.proto, profiles.proto and profiles_service.proto (Apache License 2.0,
 * https://github.com/open-telemetry/opentelemetry-proto), without their comments.
 */
import { readFileSync } from 'node:fs';
import {
  createFileRegistry,
  type DescMessage,
  equals,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const descriptor = new URL('../../fixtures/otlp/profiles.descriptor.json', import.meta.url);
const registry = createFileRegistry(
  fromJson(FileDescriptorSetSchema, JSON.parse(readFileSync(descriptor, 'utf8')) as JsonValue),
);

function otlpMessage(name: string): DescMessage {
  const message = registry.getMessage(`opentelemetry.proto.${name}`);
  if (message === undefined) throw new Error(`there is no message ${name}`);
  return message;
}

const request = otlpMessage('collector.profiles.v1development.ExportProfilesServiceRequest');

export interface OtlpAny {
  readonly value: { readonly case: string; readonly value: unknown };
}

interface ValueType {
  readonly typeStrindex: number;
  readonly unitStrindex: number;
}

export interface OtlpFile extends Message {
  readonly resourceProfiles: {
    readonly resource: { readonly attributes: { readonly key: string; readonly value: OtlpAny }[] };
    readonly scopeProfiles: {
      readonly scope: { readonly name: string };
      readonly profiles: {
        readonly sampleType: ValueType;
        readonly periodType: ValueType;
        readonly period: bigint;
        readonly timeUnixNano: bigint;
        readonly durationNano: bigint;
        readonly samples: {
          readonly stackIndex: number;
          readonly attributeIndices: number[];
          readonly values: bigint[];
        }[];
      }[];
    }[];
  }[];
  readonly dictionary: {
    readonly mappingTable: object[];
    readonly stringTable: string[];
    readonly stackTable: { readonly locationIndices: number[] }[];
    readonly locationTable: {
      readonly lines: { readonly functionIndex: number; readonly line: bigint }[];
      readonly attributeIndices: number[];
    }[];
    readonly functionTable: {
      readonly nameStrindex: number;
      readonly filenameStrindex: number;
      readonly startLine: bigint;
    }[];
    readonly linkTable: { readonly traceId: Uint8Array; readonly spanId: Uint8Array }[];
    readonly attributeTable: { readonly keyStrindex: number; readonly value: OtlpAny }[];
  };
}

/** @throws Error where it is no such message, or has fields that the definition does not have */
export function readOtlp(bytes: Uint8Array): OtlpFile {
  const file = fromBinary(request, bytes, { readUnknownFields: true });
  refuseUnknown(file, 'request');
  return file as OtlpFile;
}

/** By protobuf's own mapping, but for ids of traces, which are hexadecimal. @throws Error as above */
export function readOtlpJson(text: string): OtlpFile {
  const json = JSON.parse(text, (key, value: unknown) =>
    key === 'traceId' || key === 'spanId' ? Buffer.from(value as string, 'hex').toString('base64') : value,
  ) as JsonValue;
  return fromJson(request, json, { ignoreUnknownFields: false }) as OtlpFile;
}

export function isSameOtlp(a: OtlpFile, b: OtlpFile): boolean {
  return equals(request, a, b);
}

/** @throws Error where a message has fields that its definition does not have */
export function refuseUnknown(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if ('$unknown' in value) throw new Error(`${path} has fields that are not in the definition`);
  for (const [key, item] of Object.entries(value)) refuseUnknown(item, `${path}.${key}`);
}
