/** Whole numbers as protobuf has them. */
import type { BinaryWriter } from '@bufbuild/protobuf/wire';

/** The same bytes as of int64, without its detour through BigInt where there is no need. */
export function varint(writer: BinaryWriter, value: number): void {
  if (value >= 0 && value < 2 ** 32) writer.uint32(value);
  else writer.int64(value);
}
