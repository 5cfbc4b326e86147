/** What a Zstandard frame says of itself before anything is inflated (RFC 8878, 3.1.1). */

/** Of a block, compressed or not (3.1.1.2.4). */
const mostBlockBytes = 1 << 17;
const magic = 0xfd2fb528;
/** Of the descriptor. */
const bits = { single: 0x20, reserved: 0x08, checksum: 0x04 } as const;
const blockType = { raw: 0, runLength: 1, compressed: 2 } as const;

export interface ZstdFrame {
  /** How much of what was inflated has to be remembered. */
  readonly windowBytes: number;
  /** What it inflates to; null where it does not say. */
  readonly contentBytes: number | null;
  readonly blocks: number;
  /** Of blocks that are not compressed, what they inflate to: it takes four bytes to ask for 128 KiB. */
  readonly plainBytes: number;
  /** Bytes that it has. */
  readonly length: number;
}

/** @returns null where it is damaged or cut short */
export function readZstdFrame(bytes: Uint8Array): ZstdFrame | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 5 || view.getUint32(0, true) !== magic) return null;
  const descriptor = bytes[4]!;
  if (descriptor & bits.reserved) return null;
  const isSingle = (descriptor & bits.single) !== 0;
  const sizeAt = (isSingle ? 5 : 6) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if (sizeAt + sizeBytes > bytes.length) return null;
  let size = sizeBytes === 2 ? 256 : 0;
  for (let at = 0; at < sizeBytes; at++) size += bytes[sizeAt + at]! * 256 ** at;
  const base = 2 ** (10 + (bytes[5]! >> 3));
  const windowBytes = isSingle ? size : base + (base / 8) * (bytes[5]! & 7);
  const found = readBlocks(bytes, sizeAt + sizeBytes);
  if (found === null) return null;
  const length = found.end + (descriptor & bits.checksum ? 4 : 0);
  const { blocks, plainBytes } = found;
  return length > bytes.length
    ? null
    : { windowBytes, contentBytes: sizeBytes === 0 ? null : size, blocks, plainBytes, length };
}

function readBlocks(
  bytes: Uint8Array,
  from: number,
): { readonly blocks: number; readonly plainBytes: number; readonly end: number } | null {
  let [at, plainBytes] = [from, 0];
  for (let blocks = 1; at + 3 <= bytes.length; blocks++) {
    const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const [type, size] = [(header >> 1) & 3, header >> 3];
    if (size > mostBlockBytes || type > blockType.compressed) return null;
    if (type !== blockType.compressed) plainBytes += size;
    at += 3 + (type === blockType.runLength ? 1 : size);
    if (header & 1) return { blocks, plainBytes, end: at };
  }
  return null;
}
