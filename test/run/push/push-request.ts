/**
 * Requests of Pyroscope's push API as a library reads them that knows nothing of ours: by the published definition (Apache License 2.0
 * of the files in api/, https://github.com/grafana/pyroscope: push/v1/push.proto, and what that needs of types/v1/types.proto).
 */
import { readFileSync } from 'node:fs';
import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { refuseUnknown } from '../../commands/export/otlp-file.js';

const descriptor = new URL('../../fixtures/push/pyroscope.descriptor.json', import.meta.url);
const request: DescMessage = createFileRegistry(
  fromJson(FileDescriptorSetSchema, JSON.parse(readFileSync(descriptor, 'utf8')) as JsonValue),
).getMessage('push.v1.PushRequest')!;

interface PushRequest extends Message {
  readonly series: {
    readonly labels: { readonly name: string; readonly value: string }[];
    readonly samples: { readonly rawProfile: Uint8Array; readonly ID: string }[];
  }[];
}

export interface ReadSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly profile: Buffer;
  readonly id: string;
}

/** @throws Error where it is no such message, has fields that the definition does not have, or a label twice */
export function readPushRequest(bytes: Uint8Array): ReadSeries[] {
  const { series } = fromBinary(request, bytes, { readUnknownFields: true }) as PushRequest;
  refuseUnknown(series, 'series');
  return series.map(({ labels, samples }) => {
    if (new Set(labels.map(({ name }) => name)).size !== labels.length)
      throw new Error('a label is there twice');
    if (samples.length !== 1) throw new Error('a series has not one profile');
    const [{ rawProfile, ID }] = samples as [(typeof samples)[0]];
    const named = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
    return { labels: named, profile: Buffer.from(rawProfile), id: ID };
  });
}
