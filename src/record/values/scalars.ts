/** Built-in types whose values hold no other objects: numbers, text, bytes and the few single objects. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { readInteger, readWordInteger } from './integers.js';
import { complexText, floatText } from './literals.js';
import { readQuotedByteArray, readQuotedBytes, readQuotedText } from './strings.js';

/** @param most characters or bytes of text that are read */
type Reader = (peek: Peek, layout: Layout, object: number, most: number) => string | null;

const readDigits: Reader = (peek, layout, object) => {
  const read = readInteger(peek, layout, object);
  if (read === null) return null;
  return 'bits' in read ? `<int of ${read.bits} bits>` : String(read.value);
};

const readInt: Reader = (peek, layout, object, most) =>
  layout.integers === 'word'
    ? (readWordInteger(peek, layout, object)?.toString() ?? null)
    : readDigits(peek, layout, object, most);

const readBool: Reader = (...where) => {
  const value = readInt(...where);
  return value === '0' ? 'False' : value === '1' ? 'True' : null;
};

const readLong: Reader = (...where) => {
  const digits = readDigits(...where);
  return digits && `${digits}L`;
};

const readFloat: Reader = (peek, layout, object) => {
  const view = peek.view(object + layout.values.float, 8);
  return view && floatText(view.getFloat64(0, true));
};

const readComplex: Reader = (peek, layout, object) => {
  const view = peek.view(object + layout.values.float, 16);
  return view && complexText(view.getFloat64(0, true), view.getFloat64(8, true));
};

const readStr: Reader = (peek, layout, object, most) =>
  layout.values.literals === 'python2'
    ? readQuotedBytes(peek, layout, object, most)
    : readQuotedText(peek, layout, object, most);

const readers: ReadonlyMap<string, Reader> = new Map([
  ['NoneType', () => 'None'],
  ['ellipsis', () => 'Ellipsis'],
  ['NotImplementedType', () => 'NotImplemented'],
  ['bool', readBool],
  ['int', readInt],
  ['long', readLong],
  ['float', readFloat],
  ['complex', readComplex],
  ['str', readStr],
  ['unicode', readQuotedText],
  ['bytes', readQuotedBytes],
  ['bytearray', readQuotedByteArray],
]);

/**
 * The reader of a built-in type by its name, or undefined where it is none of these.
 * It gives null where the object is not readable.
 */
export function scalarReader(type: string): Reader | undefined {
  return readers.get(type);
}
