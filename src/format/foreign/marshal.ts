/**
 * Values as Python's marshal writes them (CPython's Python/marshal.c): what every Python since 2.5 reads, since nothing
 * newer than its version 2 is used.
 */

export type MarshalValue = string | MarshalInteger | number | readonly MarshalValue[];

/** An int; a plain number is a float. */
export interface MarshalInteger {
  /** A safe whole number. */
  readonly int: number;
}

/** Before the pairs of a dict, and behind them. */
export const dictStart = Buffer.from('{');
export const dictEnd = Buffer.from('0');

const digitBits = 15;

/** One value: text, float, int, or a tuple of them. */
export function marshal(value: MarshalValue): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return Buffer.concat([withLength('u', text.length), text]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, 'g');
    bytes.writeDoubleLE(value, 1);
    return bytes;
  }
  if ('int' in value) return marshalInteger(value.int);
  return Buffer.concat([withLength('(', value.length), ...value.map(marshal)]);
}

function marshalInteger(value: number): Buffer {
  if (value === (value | 0)) return withLength('i', value);
  const digits: number[] = [];
  for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 2 ** digitBits))
    digits.push(rest % 2 ** digitBits);
  const bytes = Buffer.alloc(5 + 2 * digits.length, 'l');
  bytes.writeInt32LE(value < 0 ? -digits.length : digits.length, 1);
  for (const [at, digit] of digits.entries()) bytes.writeUInt16LE(digit, 5 + 2 * at);
  return bytes;
}

function withLength(type: string, value: number): Buffer {
  const bytes = Buffer.alloc(5, type);
  bytes.writeInt32LE(value, 1);
  return bytes;
}
