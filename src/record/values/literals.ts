/** Numbers, text and bytes written as Python's `repr` writes them. */

/** A float (Python/pystrtod.c, format 'r'): shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  const text = partText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The same without the ".0" of whole numbers, as in a complex. */
function partText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [digits, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(power);
  const plain = digits.replace('.', '');
  if (exponent < -4 || exponent >= 16)
    return `${sign}${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${plain}`;
  const whole = plain.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = plain.slice(exponent + 1);
  return `${sign}${whole}${rest === '' ? '' : `.${rest}`}`;
}

export function complexText(real: number, imaginary: number): string {
  const second = partText(imaginary);
  if (Object.is(real, 0)) return `${second}j`;
  return `(${partText(real)}${second.startsWith('-') ? '' : '+'}${second}j)`;
}

// What Python's str.isprintable does not call printable, but for the space.
const unprintable = /[\p{C}\p{Z}]/u;

/** Text in quotes, from its code points; lone surrogates are escaped as Python does. */
export function quotedText(points: Iterable<number>, asciiOnly: boolean): string {
  return quote(points, (point) => {
    if (point < 0x7f || (!asciiOnly && !isUnprintable(point))) return String.fromCodePoint(point);
    return escaped(point);
  });
}

function escaped(point: number): string {
  if (point < 0x100) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

export function quotedBytes(bytes: Uint8Array): string {
  return quote(bytes, (byte) => (byte < 0x7f ? String.fromCharCode(byte) : `\\x${hex(byte, 2)}`));
}

function isUnprintable(point: number): boolean {
  return point > 0x10ffff || unprintable.test(String.fromCodePoint(point));
}

function quote(points: Iterable<number>, other: (point: number) => string): string {
  let text = '';
  let single = false;
  let double = false;
  for (const point of points) {
    if (point === 0x27) single = true;
    if (point === 0x22) double = true;
    if (point === 0x5c) text += '\\\\';
    else if (point === 9) text += '\\t';
    else if (point === 10) text += '\\n';
    else if (point === 13) text += '\\r';
    else if (point < 0x20) text += `\\x${hex(point, 2)}`;
    else text += other(point);
  }
  if (!single) return `'${text}'`;
  return double ? `'${text.replaceAll("'", "\\'")}'` : `"${text}"`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** A number of IEEE 754 half precision. */
export function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** Text in which names out of the target's memory stand as they are: control characters become escapes. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (found) => escaped(found.codePointAt(0)!));
}
