/** Names of functions as people write them, out of what compilers of C++ and Rust make of them. */
import { readCppName } from './cpp-name.js';
import { maxLength } from './not-readable.js';
import { isLegacyRust, readLegacyRustName } from './rust-legacy-name.js';
import { readRustName } from './rust-name.js';

/** Names that are known at once, and their characters; the rest is read anew. */
const maxKnown = 20_000;
const maxCharacters = 1 << 23;

const known = new Map<string, string>();
let characters = 0;

/**
 * What a function of a binary is called: of C++ and Rust its name with all that it is in, without parameters and hashes.
 * So overloaded functions have one name.
 * @param symbol as the binary has it
 * @returns the symbol itself where it is of neither, or not understood
 */
export function symbolName(symbol: string): string {
  if (!isMangled(symbol)) return symbol;
  let name = known.get(symbol);
  if (name === undefined) {
    if (known.size >= maxKnown || characters >= maxCharacters) {
      known.clear();
      characters = 0;
    }
    const read = symbol.length > maxLength ? null : readSymbol(symbol);
    name = read === null || read.length > maxLength ? symbol : read;
    characters += symbol.length + name.length;
    known.set(symbol, name);
  }
  return name;
}

function isMangled(symbol: string): boolean {
  return symbol.startsWith('_Z') || symbol.startsWith('_R');
}

function readSymbol(symbol: string): string | null {
  if (symbol.startsWith('_R')) return readRustName(symbol);
  return isLegacyRust(symbol) ? readLegacyRustName(symbol) : readCppName(symbol);
}
