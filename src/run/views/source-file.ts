/** The source file that a trace names, if it is on this machine and is the one that ran. */
import { readSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import { readRegular } from '../../platform/regular-file.js';
import type { SourceState } from '../../render/words/source-words.js';
import { findMisfit } from '../../replay/names/source-check.js';

/** No source file of a person is longer, in bytes. */
const maxBytes = 4_000_000;

/** What is known of a file's code. */
export interface SourceCode {
  /** As the code objects have it. */
  readonly file: string;
  /** Its functions that were on a stack. */
  readonly functions: Iterable<Pick<CodeFunction, 'name' | 'firstLine'>>;
  /** Lines that ran, from 1 on; 0 is none. */
  readonly sampled: Iterable<number>;
}

export interface Source extends SourceState {
  /** Null where there is no text that fits. */
  readonly lines: readonly string[] | null;
}

/** @param folder where sources are instead, as of a program that ran in a container; null for where they were */
export function readSource(
  reader: TraceReader,
  { file, functions, sampled }: SourceCode,
  folder: string | null,
): Source {
  const none = (path: string, state: 'missing' | 'unusable' | 'different', reason: string): Source => ({
    ...{ state, path, reason },
    lines: null,
  });
  if (/^<.*>$/s.test(file)) return none(file, 'missing', 'it is no file');
  if (file.includes('\0')) return none(file, 'missing', 'no file is named so');
  const places = placesOf(reader, file, folder);
  // The first that was found and is not it; a later one may be.
  let other: Source | null = null;
  for (const path of places) {
    const found = readText(path);
    if (found === null) continue;
    if (typeof found === 'string') {
      other ??= none(path, 'unusable', found);
      continue;
    }
    const lines = found.text.replace(/^\ufeff/, '').split(/\r\n|[\n\r]/);
    const misfit = findMisfit(lines, functions, sampled);
    if (misfit === null) return { state: ageOf(reader, found.changedMs), path, reason: null, lines };
    other ??= none(path, 'different', misfit);
  }
  return other ?? none(file, 'missing', whyMissing(folder, places));
}

function whyMissing(folder: string | null, places: readonly string[]): string {
  if (places.length === 0) return 'it is not known which folder its path begins in';
  if (folder === null) return 'it is not on this machine';
  return isFolder(folder) ? `it is not in ${folder}` : `${folder} is no folder`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Where a file may be. A relative path begins where a process was started. */
function placesOf(reader: TraceReader, file: string, folder: string | null): string[] {
  if (folder !== null) {
    const parts = file.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
    return parts.map((_, at) => join(folder, ...parts.slice(at)));
  }
  if (/^(?:[A-Za-z]:)?[\\/]/.test(file)) return [file];
  const folders = new Set(reader.processes().flatMap(({ cwd }) => cwd ?? []));
  return [...folders].map((cwd) => join(cwd, file));
}

/** @returns null where there is no such file, a reason where it cannot be read */
function readText(path: string): { readonly text: string; readonly changedMs: number } | string | null {
  try {
    return (
      readRegular(path, (fd, { size, mtimeMs }) => {
        if (size > maxBytes) return `it is longer than ${maxBytes / 1e6} MB`;
        const bytes = Buffer.alloc(size);
        const length = readSync(fd, bytes, 0, size, 0);
        // No text of Python has one (PEP 263, and "source code cannot contain null bytes").
        if (bytes.subarray(0, length).includes(0)) return 'it is binary';
        return { text: bytes.toString('utf8', 0, length), changedMs: mtimeMs };
      }) ?? 'it is no regular file'
    );
  } catch (error) {
    const code = systemErrorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : `it cannot be read (${code ?? String(error)})`;
  }
}

function ageOf({ recordings }: TraceReader, changedMs: number): SourceState['state'] {
  const [first] = recordings;
  if (first === undefined || first.startedUtcNs === 0n || first.host.name !== hostname())
    return 'not-checked';
  return changedMs < Number(first.startedUtcNs / 1_000_000n) ? 'unchanged' : 'changed';
}
