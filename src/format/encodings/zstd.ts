/** Zstandard (RFC 8878), as far as it inflates to what may be kept. */
import { Decompress } from 'fzstd';
import { cannotImport } from './import-fault.js';
import { readZstdFrame } from './zstd-frame.js';

/** What is remembered of what was inflated; encoders without special wishes stay below it, and others are refused. */
const mostWindowBytes = 1 << 27;
/** The library moves the window, and makes room for a block, with each block: blocks of a byte would take hours. */
const mostMovedBytes = 2 ** 35;
const roomOfBlock = 1 << 17;
/** Bytes at a time, so that no more than these inflate before their sum is looked at. */
const chunkBytes = 1 << 14;

/**
 * What one frame inflates to; what the frame says of itself is looked at first.
 * @throws PyspyError of kind "trace" where it is damaged, cut short, inflates to more, or something follows it
 */
export function inflateZstd(bytes: Uint8Array, path: string, mostBytes: number): Uint8Array {
  const damaged = (how: string) => cannotImport(path, `its zstd is damaged (${how})`);
  const tooLarge = () => cannotImport(path, `it inflates to more than ${mostBytes} bytes`);
  const frame = readZstdFrame(bytes);
  if (frame === null) throw damaged('it is cut short, or its blocks do not follow each other');
  const { windowBytes, contentBytes, blocks, plainBytes } = frame;
  if (Math.max(contentBytes ?? 0, plainBytes) > mostBytes) throw tooLarge();
  if (windowBytes > mostWindowBytes)
    throw cannotImport(path, 'its zstd needs more memory than any profile does');
  if (blocks * (windowBytes + roomOfBlock) > mostMovedBytes)
    throw cannotImport(path, `its zstd has more blocks than any profile of its size: ${blocks}`);
  if (frame.length < bytes.length) throw damaged('something follows its end');
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const stream = new Decompress((part, isLast) => {
    isWhole ||= isLast === true;
    length += part.length;
    if (length > mostBytes) throw tooLarge();
    if (part.length > 0) parts.push(part.slice());
  });
  try {
    for (let from = 0; from < bytes.length; from += chunkBytes)
      stream.push(bytes.subarray(from, from + chunkBytes), from + chunkBytes >= bytes.length);
  } catch (error) {
    // What the library says; its other errors are of bytes that it does not look at before it uses them.
    if (length > mostBytes) throw error;
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  if (!isWhole || (contentBytes !== null && contentBytes !== length)) throw damaged('it is cut short');
  return Buffer.concat(parts);
}
