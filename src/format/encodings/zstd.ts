/** Zstandard (RFC 8878), as far as it inflates to what may be kept. */
import { Decompress } from 'fzstd';
import { cannotImport } from './import-fault.js';

/** What is remembered of what was inflated; encoders without special wishes stay below it, and others are refused. */
const mostWindowBytes = 1 << 27;
/** Bytes at a time, so that no more than these inflate before their sum is looked at. */
const chunkBytes = 1 << 14;

/**
 * What one frame inflates to.
 * @throws PyspyError of kind "trace" where it is damaged, cut short, or inflates to more
 */
export function inflateZstd(bytes: Uint8Array, path: string, mostBytes: number): Uint8Array {
  if (windowBytes(bytes) > mostWindowBytes)
    throw cannotImport(path, 'its zstd needs more memory than any profile does');
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const stream = new Decompress((part, isLast) => {
    isWhole ||= isLast === true;
    length += part.length;
    if (length > mostBytes) throw cannotImport(path, `it inflates to more than ${mostBytes} bytes`);
    if (part.length > 0) parts.push(part.slice());
  });
  try {
    for (let from = 0; from < bytes.length; from += chunkBytes)
      stream.push(bytes.subarray(from, from + chunkBytes), from + chunkBytes >= bytes.length);
  } catch (error) {
    // What the library says; its other errors are of bytes that it does not look at before it uses them.
    if (length > mostBytes) throw error;
    throw cannotImport(
      path,
      `its zstd is damaged (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  if (!isWhole) throw cannotImport(path, 'its zstd is damaged (it is cut short)');
  return Buffer.concat(parts);
}

/** How much a frame's header asks to remember; 0 where it does not say (RFC 8878, 3.1.1.1). */
function windowBytes(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  if (!isSingle) {
    const window = bytes[5] ?? 0;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  // A single segment remembers all of it: as many bytes as it says that it inflates to.
  const sizeBytes = [1, 2, 4, 8][descriptor >> 6]!;
  const from = 5 + [0, 1, 2, 4][descriptor & 3]!;
  let size = 0;
  for (let at = sizeBytes - 1; at >= 0; at--) size = size * 256 + (bytes[from + at] ?? 0);
  return size;
}
