/** Words of the target's memory as numbers. User-space addresses are below 2^48, so a double holds them exactly. */

/**
 * User-space addresses end here at the latest: on arm64 with pages of 4 KiB, on x86-64 at half of it. Anything above, or below the
 * first page, is no pointer.
 */
const addressEnd = 2 ** 48;

export function isAddress(value: number): boolean {
  return value >= 4096 && value < addressEnd;
}

/** The 64-bit word at a byte offset: exact below 2^53, and never mistaken for an address above. */
export function pointerAt(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
}

/** The 64-bit word at an index into 32-bit words; for the loop. */
export function pointerIn(words: Uint32Array, index: number): number {
  return words[index]! + words[index + 1]! * 2 ** 32;
}
