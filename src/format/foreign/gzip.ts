/** gzip (RFC 1952) in pieces: Node's own streams do not come as plain iterables. */
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Bytes are collected to about this many before they are compressed. */
const blockLength = 1 << 18;

/** Compresses chunks as one gzip member, of which no more than a block is in memory. */
export function* gzipChunks(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  // Magic, deflate, no flags, no time, no level, system unknown: the same input gives the same bytes everywhere.
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  let sum = 0;
  let length = 0;
  for (const block of collect(chunks)) {
    sum = crc32(block, sum);
    length += block.length;
    // A flush ends at a byte, and so the next piece can follow.
    yield deflateRawSync(block, { finishFlush: constants.Z_SYNC_FLUSH });
  }
  yield deflateRawSync(new Uint8Array());
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum >>> 0, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  yield trailer;
}

function* collect(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length < blockLength) continue;
    yield Buffer.concat(parts);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts);
}
