// Writes zip archives (PKWARE's APPNOTE.TXT), the same bytes for the same files: times are those of 1980, where zip begins.
import { crc32, deflateRawSync } from 'node:zlib';

/** Version 2.0 of the format; made on Unix, whose modes the upper half of the attributes has. */
const version = 20;
const madeOnUnix = (3 << 8) | version;
const date = (1 << 5) | 1;

/**
 * @typedef {object} ZipFile
 * @property {string} name with "/" between folders; ASCII
 * @property {Buffer} bytes less than 4 GiB
 * @property {boolean} [isProgram] whether it may be run
 */

/**
 * @param {readonly ZipFile[]} files in this order
 * @returns {Buffer}
 */
export function zip(files) {
  const locals = [];
  const entries = [];
  let at = 0;
  for (const { name, bytes, isProgram } of files) {
    const packed = deflateRawSync(bytes, { level: 9 });
    // What both headers have of a file.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(version, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(madeOnUnix, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE((isProgram ? 0o100755 : 0o100644) * 0x10000, 38);
    entry.writeUInt32LE(at, 42);
    entries.push(entry, Buffer.from(name, 'latin1'));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    common.copy(local, 4);
    locals.push(local, Buffer.from(name, 'latin1'), packed);
    at += local.length + name.length + packed.length;
  }
  const list = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, list, end]);
}
