/** Messages of protobuf (https://protobuf.dev/programming-guides/encoding), field by field. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A message's fields: numbers, or bytes of what has a length. */
export type Message = Map<number, (bigint | Uint8Array)[]>;

/** Of one message: each takes many times the memory of its bytes. */
const mostValues = 5_000_000;

/** @throws Error where there are more values than a message may have */
function count(values: number): void {
  if (values > mostValues) throw new Error(`a message has over ${mostValues} values`);
}

/**
 * Fields of one message; messages within are not read yet.
 * @throws Error, RangeError at damaged bytes
 */
export function readMessage(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const message: Message = new Map();
  for (let read = 1; reader.pos < reader.len; read++) {
    count(read);
    const [field, type] = reader.tag();
    let value: bigint | Uint8Array;
    if (type === WireType.Varint) value = BigInt(reader.uint64());
    else if (type === WireType.LengthDelimited) value = reader.bytes();
    else {
      reader.skip(type, field);
      continue;
    }
    const values = message.get(field);
    if (values === undefined) message.set(field, [value]);
    else values.push(value);
  }
  return message;
}

/** What of a field has a length: texts, messages. */
export function bytesOf(message: Message, field: number): Uint8Array[] {
  return (message.get(field) ?? []).filter((value) => typeof value !== 'bigint');
}

/** Whole numbers of a field, packed or one by one, as unsigned. @throws as readMessage does */
export function numbersOf(message: Message, field: number): bigint[] {
  return (message.get(field) ?? []).flatMap((value) => {
    if (typeof value === 'bigint') return [value];
    const reader = new BinaryReader(value);
    const numbers: bigint[] = [];
    while (reader.pos < reader.len) count(numbers.push(BigInt(reader.uint64())));
    return numbers;
  });
}
