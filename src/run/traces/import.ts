/** A profile of another program as a trace. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PyspyError, systemErrorCode } from '../../errors.js';
import type { ImportedProfile } from '../../format/assembly/imported-profile.js';
import { cannotImport, type ImportOptions } from '../../format/encodings/import-fault.js';
import { inflateFile } from '../../format/encodings/inflate.js';
import { looksAustin, readAustin } from '../../format/incoming/austin-reader.js';
import { looksChrome, readChrome } from '../../format/incoming/chrome-reader.js';
import { looksCPython } from '../../format/incoming/cpython-file.js';
import { looksCPythonJsonl, readCPythonJsonl } from '../../format/incoming/cpython-jsonl-reader.js';
import { readCPython } from '../../format/incoming/cpython-reader.js';
import { looksFolded, readFolded } from '../../format/incoming/folded-reader.js';
import { readGecko } from '../../format/incoming/gecko-reader.js';
import { looksMojo, readMojo } from '../../format/incoming/mojo-reader.js';
import { looksPerf, readPerf } from '../../format/incoming/perf-reader.js';
import { looksPprof, readPprof } from '../../format/incoming/pprof-reader.js';
import { looksPstats, readPstats } from '../../format/incoming/pstats-reader.js';
import { readSpeedscope } from '../../format/incoming/speedscope-reader.js';
import { readVersion } from '../../version.js';
import { tell } from '../output/notes.js';
import { type ImportFormat, importFormatNames } from './import-formats.js';
import { writeTrace } from './trace-output.js';

export interface ImportRequest {
  readonly file: string;
  readonly output: string;
  readonly force: boolean;
  /** Null to find out. */
  readonly format: ImportFormat | null;
  /** Samples a second, for what has counts and no times; null where not said. */
  readonly rateHz: number | null;
}

/** Larger files are not read. */
const maxBytes = 2 ** 30;

/** Nor those that inflate to more: twice as much is needed while they do. JSON is one text, and texts end here. */
const maxInflatedBytes = 2 ** 29;

const readers: Readonly<Record<ImportFormat, (file: Uint8Array, options: ImportOptions) => ImportedProfile>> =
  {
    folded: readFolded,
    speedscope: readSpeedscope,
    pprof: readPprof,
    gecko: readGecko,
    chrome: readChrome,
    austin: readAustin,
    mojo: readMojo,
    cpython: readCPython,
    'cpython-jsonl': readCPythonJsonl,
    pstats: readPstats,
    perf: readPerf,
  };

/** @throws PyspyError of kind "trace" where it cannot be read, "usage" without a rate that is needed, and as writeTrace does */
export async function runImport(request: ImportRequest): Promise<void> {
  const { file, output, force, rateHz } = request;
  const bytes = inflateFile(readWhole(file), file, maxInflatedBytes);
  const format = request.format ?? detect(bytes, file);
  const profile = readers[format](bytes, { path: file, rateHz });
  await writeTrace({ path: output, force, replacesInput: false }, [], async (assembly, onProgress) => {
    const command = ['pyspy', 'import', file, '--format', format, '-o', output];
    const recorder = `pyspy ${readVersion()} (import of ${format})`;
    const samples = await assembly.import(profile, { recorder, command, path: file }, onProgress);
    if (samples === 0) throw cannotImport(file, 'there is no sample in it');
    return samples;
  });
  if (!profile.hasTimes)
    tell('The trace has sums and no times of samples: --from and --to do not apply to it.');
}

function readWhole(path: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, error);
  }
  try {
    const parts: Buffer[] = [];
    let length = 0;
    // Pipes say nothing of their length.
    const size = fstatSync(descriptor).size;
    for (;;) {
      const part = Buffer.allocUnsafe(Math.max(1 << 16, Math.min(size - length, 1 << 24)));
      const read = readSync(descriptor, part);
      if (read === 0) return Buffer.concat(parts);
      length += read;
      if (length > maxBytes) throw cannotImport(path, 'it is larger than 1 GiB', 'Import a part of it.');
      // Short reads of a pipe do not keep the room that they did not fill.
      parts.push(read * 2 < part.length ? Buffer.from(part.subarray(0, read)) : part.subarray(0, read));
    }
  } catch (error) {
    throw error instanceof PyspyError ? error : cannotRead(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function detect(bytes: Uint8Array, path: string): ImportFormat {
  const head = Buffer.from(bytes.subarray(0, 4_096)).toString('latin1');
  if (head.startsWith('SQLite format 3'))
    throw cannotImport(path, 'it is a database', 'Traces of pyspy need no import: pyspy info FILE.');
  if (looksMojo(bytes)) return 'mojo';
  if (looksCPython(bytes)) return 'cpython';
  if (looksCPythonJsonl(bytes)) return 'cpython-jsonl';
  if (looksChrome(head)) return 'chrome';
  if (/^\s*\{/.test(head) && /"(?:preprocessedProfileVersion|meta)"/.test(head)) return 'gecko';
  if (/^\s*\{/.test(head) && /"(?:\$schema|shared|profiles|exporter)"/.test(head)) return 'speedscope';
  if (looksPstats(bytes)) return 'pstats';
  if (looksPprof(bytes)) return 'pprof';
  if (looksAustin(bytes)) return 'austin';
  if (looksPerf(bytes)) return 'perf';
  if (looksFolded(bytes)) return 'folded';
  throw cannotImport(
    path,
    'its format is not known',
    `Say with --format what it is: ${importFormatNames.join(', ')}.`,
  );
}

function cannotRead(path: string, error: unknown): PyspyError {
  const code = systemErrorCode(error);
  const reason =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'it is a directory'
        : error instanceof Error
          ? error.message
          : String(error);
  return new PyspyError('trace', `cannot read ${path}: ${reason}`, { hint: 'Check the name.', cause: error });
}
