/**
 * The request of Pyroscope's push API: push.v1.PushRequest (https://github.com/grafana/pyroscope, api/push/v1/push.proto and
 * api/types/v1/types.proto).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export interface PyroscopeSeries {
  readonly labels: ReadonlyMap<string, string>;
  /** pprof, gzipped. */
  readonly profile: Uint8Array;
  /** A UUID. */
  readonly id: string;
}

/** Numbers of the fields, by message. */
const inRequest = { series: 1 };
const inSeries = { labels: 1, samples: 2 };
const inLabel = { name: 1, value: 2 };
const inSample = { rawProfile: 1, id: 2 };

export function encodePushRequest(list: readonly PyroscopeSeries[]): Uint8Array {
  const writer = new BinaryWriter();
  const open = (field: number): BinaryWriter => writer.tag(field, WireType.LengthDelimited);
  for (const { labels, profile, id } of list) {
    open(inRequest.series).fork();
    for (const [name, value] of labels) {
      open(inSeries.labels).fork();
      open(inLabel.name).string(name);
      open(inLabel.value).string(value);
      writer.join();
    }
    open(inSeries.samples).fork();
    open(inSample.rawProfile).bytes(profile);
    open(inSample.id).string(id);
    writer.join().join();
  }
  return writer.finish();
}
