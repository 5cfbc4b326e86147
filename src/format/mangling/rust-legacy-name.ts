/** Names of functions of Rust in the older way, which looks like C++ (rustc's compiler/rustc_symbol_mangling/src/legacy.rs). */

/** Characters that a symbol cannot have. */
const escapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',' }),
);

/** The last part is a hash of 16 digits: by that it is told from C++. */
const ending = /17h[\da-f]{16}E(?:[.@].*)?$/s;

/** Whether a symbol is of this kind. */
export function isLegacyRust(symbol: string): boolean {
  return symbol.startsWith('_ZN') && ending.test(symbol);
}

/**
 * A function's path without its hash: `<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop`.
 * @param symbol one that `isLegacyRust`
 * @returns null where its parts are not understood
 */
export function readLegacyRustName(symbol: string): string | null {
  const end = symbol.search(ending);
  const parts: string[] = [];
  for (let at = 3; ; ) {
    if (at === end && parts.length > 0) return parts.join('::');
    const digits = /^[1-9]\d{0,4}/.exec(symbol.slice(at, at + 5))?.[0];
    if (digits === undefined) return null;
    const from = at + digits.length;
    at = from + Number(digits);
    if (at > end) return null;
    const part = readPart(symbol.slice(from, at));
    if (part === null) return null;
    parts.push(part);
  }
}

function readPart(part: string): string | null {
  let isKnown = true;
  const text = part
    .replace(/^_(?=\$)/, '')
    .replace(/\$(\w+)\$|\.\.|\$/g, (found, code: string | undefined) => {
      if (found === '..') return '::';
      const hex = /^u([\da-f]{1,6})$/.exec(code ?? '')?.[1];
      const plain = hex === undefined ? escapes.get(code ?? '') : characterOf(Number.parseInt(hex, 16));
      isKnown &&= plain !== undefined;
      return plain ?? found;
    });
  return isKnown ? text : null;
}

/** @returns undefined for what is no character, or commands a terminal */
function characterOf(point: number): string | undefined {
  const isText = point >= 0x20 && (point < 0x7f || point > 0x9f) && !(point >= 0xd800 && point <= 0xdfff);
  return isText && point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}
