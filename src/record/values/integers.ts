/** Integers of the target, exact at any size. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';

/** Digits of 30 bits (Include/cpython/longintrepr.h) that are turned into decimal: some 90,000 decimal digits. */
const maxDigits = 10_000;

/** A Python 2 `int`, or a bool there: one word. */
export function readWordInteger(peek: Peek, layout: Layout, object: number): bigint | null {
  const word = peek.u64(object + layout.values.int.size);
  return word === null ? null : BigInt.asIntN(64, word);
}

/** @returns the value, the number of bits (about) of one too large to be written out, or null if it is not readable */
export function readInteger(
  peek: Peek,
  layout: Layout,
  object: number,
): { readonly value: bigint } | { readonly bits: number } | null {
  const { size, digits } = layout.values.int;
  const word = peek.u64(object + size);
  if (word === null) return null;
  const signed = BigInt.asIntN(64, word);
  const isTagged = layout.integers === 'tagged-digits';
  // Tagged: three flag bits, of which the low two are 0 positive, 1 zero, 2 negative.
  const sign = isTagged ? 1n - (word & 3n) : signed < 0n ? -1n : 1n;
  const count = Number(isTagged ? word >> 3n : signed < 0n ? -signed : signed);
  if (count > 2 ** 40 || sign < -1n) return null;
  if (count > maxDigits) return { bits: count * 30 };
  if (count === 0 || sign === 0n) return { value: 0n };
  const view = peek.view(object + digits, count * 4);
  if (view === null) return null;
  // Two digits are 60 bits, 15 hexadecimal digits.
  let hex = '';
  for (let i = count % 2 === 0 ? count - 2 : count - 1; i >= 0; i -= 2) {
    const low = view.getUint32(i * 4, true);
    const high = i + 1 < count ? view.getUint32((i + 1) * 4, true) : 0;
    if (low >= 2 ** 30 || high >= 2 ** 30) return null;
    hex += (BigInt(high) * 2n ** 30n + BigInt(low)).toString(16).padStart(15, '0');
  }
  return { value: sign * BigInt(`0x${hex}`) };
}
