/** Files that may be gzipped. */
import { gunzipSync } from 'node:zlib';
import { systemErrorCode } from '../../errors.js';
import { cannotImport } from './import-fault.js';

/**
 * What is in a file; itself where it is not compressed.
 * @param mostBytes that it may inflate to
 * @throws PyspyError of kind "trace" where it is damaged, or inflates to more
 */
export function inflateFile(bytes: Uint8Array, path: string, mostBytes: number): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    const isLarge = systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE';
    const reason = error instanceof Error ? error.message : String(error);
    throw cannotImport(
      path,
      isLarge ? `it inflates to more than ${mostBytes} bytes` : `its gzip is damaged (${reason})`,
    );
  }
}
