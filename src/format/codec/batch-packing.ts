/** From a batch's columns to bytes and back: msgpack, as it is or deflated. */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { Packr, Unpackr } from 'msgpackr';
import { systemErrorCode } from '../../errors.js';
import { batchEncoding } from '../vocabulary.js';
import { DecodedColumns, damagedBatch } from './batch-checks.js';
import { findColumns } from './msgpack-guard.js';

/** More bytes of msgpack than this are no batch. */
export const maxBatchBytes = 64 << 20;

/** Below this many bytes a dictionary of its own costs a column more than it saves. */
const smallColumn = 64;

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'number' });

/** One msgpack map of `columns`, at most 15, in this order. */
export function packColumns(columns: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.concat(packEach(columns));
}

/**
 * The same, as one raw deflate stream (RFC 1951). Columns differ in what is frequent in them, so each large one gets
 * Huffman tables of its own; to zlib that is one stream like any other.
 */
export function packDeflated(columns: Readonly<Record<string, unknown>>): Buffer {
  const parts: Buffer[] = [];
  for (const part of packEach(columns)) {
    const last = parts.length - 1;
    if (last >= 0 && (part.length < smallColumn || parts[last]!.length < smallColumn))
      parts[last] = Buffer.concat([parts[last]!, part]);
    else parts.push(part);
  }
  return Buffer.concat(
    parts.map((part, at) =>
      deflateRawSync(part, {
        // A flush ends a part on a whole byte without ending the stream.
        finishFlush: at === parts.length - 1 ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        memLevel: 9,
      }),
    ),
  );
}

/**
 * The columns of a batch that are among `names`, decoded; others are named and not looked into.
 * @throws PyspyError of kind "trace": an encoding not known, no deflate stream, too long, no plain msgpack
 */
export function unpackBatch(
  data: Uint8Array,
  encoding: number,
  names: readonly string[],
  where: string,
): DecodedColumns {
  const bytes = encoding === batchEncoding.plain ? data : inflate(data, encoding, where);
  const places = findColumns(bytes, names);
  if (typeof places === 'string') throw damagedBatch(where, places);
  const values = new Map<string, unknown>();
  for (const [name, { from, to }] of places.known) values.set(name, unpackr.unpack(bytes.subarray(from, to)));
  return new DecodedColumns(values, places.unknown, where);
}

function inflate(data: Uint8Array, encoding: number, where: string): Buffer {
  if (encoding !== batchEncoding.deflated) throw damagedBatch(where, `it is encoded in way ${encoding}`);
  try {
    return inflateRawSync(data, { maxOutputLength: maxBatchBytes });
  } catch (error) {
    // zlib's own (Z_DATA_ERROR …) and ERR_BUFFER_TOO_LARGE; nothing else can fail here but memory.
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw damagedBatch(
      where,
      code === 'ERR_BUFFER_TOO_LARGE' ? 'it inflates to too many bytes' : `it does not inflate (${code})`,
    );
  }
}

/** The head of the map, then keys and values; the library hands out views of a buffer that it uses again. */
function packEach(columns: Readonly<Record<string, unknown>>): Buffer[] {
  const names = Object.keys(columns);
  const parts = [Buffer.from([0x80 | names.length])];
  for (const name of names) parts.push(Buffer.from(packr.pack(name)), Buffer.from(packr.pack(columns[name])));
  return parts;
}
