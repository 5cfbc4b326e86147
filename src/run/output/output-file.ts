/**
 * Result files: checked before the work begins, written under a temporary name and renamed when they are whole, so
 * that a failure leaves what was there before.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { diskFault } from '../../disk-fault.js';
import { PyspyError, systemErrorCode } from '../../errors.js';
import { isChangedByWindows } from '../../format/files/database-name.js';
import { removeLeftovers, unfinishedName } from '../../format/files/leftovers.js';
import { followLinks, keptMode } from '../../format/files/replaced-file.js';
import { isSameFile } from '../../format/files/same-file.js';
import { applicationId } from '../../format/vocabulary.js';
import { joinBlocks } from './stdout.js';

class OutputFile {
  /** As the user gave it. */
  readonly path: string;
  /** Where it is written to first; null for what is no regular file, such as /dev/stdout. */
  readonly #temporary: string | null;
  readonly #target: string;
  /** Of the temporary file, until it is closed. */
  #descriptor: number | null = null;

  /**
   * Checks that the file can be made, and makes it under its temporary name. Ends with `write` or `discard`.
   * @param inputs the traces that are read
   * @throws PyspyError of kind "usage": would replace a trace, no such directory, not writable
   */
  constructor(path: string, inputs: readonly string[]) {
    this.path = path;
    let stat: Stats | undefined;
    try {
      stat = statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      throw cannotWrite(path, error);
    }
    if (inputs.some((input) => isSameFile(path, input)))
      throw refuse(path, 'it is the trace that is being read');
    if (isChangedByWindows(path)) throw refuse(path, 'Windows takes the name for another');
    if (stat?.isDirectory()) throw refuse(path, 'it is a directory');
    if (stat?.isFile() && isTrace(path)) throw refuse(path, 'it is a trace, and those are not overwritten');
    // A link stays a link, and what it points to is replaced; one that leads nowhere is replaced itself.
    const real = stat === undefined ? resolve(path) : followLinks(path);
    // Not to be had by a name: a device, a pipe, or a file that is open as /dev/stdout and deleted.
    const isNamed = stat === undefined || (stat.isFile() && isSameFile(real, path));
    this.#target = isNamed ? real : path;
    if (!isNamed) {
      this.#temporary = null;
      return;
    }
    const folder = dirname(this.#target);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw refuse(
        path,
        `there is no directory ${dirname(path)}`,
        'Create it (mkdir -p), or choose another place with -o.',
      );
    this.#temporary = unfinishedName(join(folder, `.${basename(path)}`));
    const mode = keptMode(real);
    try {
      // Stays open: in a shared folder its name may mean something else soon.
      this.#descriptor = openSync(this.#temporary, 'wx', mode === null ? 0o666 : 0o600);
      if (mode !== null) fchmodSync(this.#descriptor, mode);
      removeLeftovers(folder);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /**
   * Writes everything and gives the file its name.
   * @throws PyspyError of kind "output" (disk full, …); the temporary file is gone then, and so it is when `chunks` throws
   */
  write(chunks: Iterable<string | Uint8Array>): void {
    try {
      // Not cut: a file that has come there meanwhile belongs to another program.
      this.#descriptor ??= openSync(this.#target, constants.O_WRONLY);
      for (const block of joinBlocks(chunks)) writeAll(this.#descriptor, block);
      this.#close();
      if (this.#temporary === null) return;
      renameSync(this.#temporary, this.#target);
    } catch (error) {
      this.discard();
      throw systemErrorCode(error) === undefined ? error : cannotWrite(this.path, error, 'output');
    }
  }

  /** Gives up without a trace of it. */
  discard(): void {
    this.#close();
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/**
 * Makes a result file: checks the path, runs `produce`, writes what it returns.
 * @throws PyspyError as OutputFile does, and whatever `produce` throws
 */
export async function writeOutput(
  path: string,
  inputs: readonly string[],
  produce: () => Promise<Iterable<string | Uint8Array>>,
): Promise<void> {
  await writeOutputs([path], inputs, async () => [await produce()]);
}

/**
 * The same for several files: all paths are checked before anything is done.
 * @param produce contents in the order of the paths; null where there is nothing to write after all
 * @throws PyspyError as OutputFile does, and whatever `produce` throws; files that are not written are as before
 */
export async function writeOutputs(
  paths: readonly string[],
  inputs: readonly string[],
  produce: () => Promise<readonly (Iterable<string | Uint8Array> | null)[]>,
): Promise<void> {
  const outputs: OutputFile[] = [];
  try {
    for (const path of paths) outputs.push(new OutputFile(path, inputs));
    const contents = await produce();
    outputs.forEach((output, at) => {
      const chunks = contents[at] ?? null;
      if (chunks === null) output.discard();
      else output.write(chunks);
    });
  } catch (error) {
    for (const output of outputs) output.discard();
    throw error;
  }
}

function writeAll(descriptor: number, block: string | Uint8Array): void {
  const bytes = typeof block === 'string' ? Buffer.from(block, 'utf8') : block;
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function isTrace(path: string): boolean {
  const header = Buffer.alloc(72);
  let length = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      length = readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return length === header.length && header.readUInt32BE(68) === applicationId;
}

function refuse(path: string, reason: string, hint = 'Choose another name with -o.'): PyspyError {
  return new PyspyError('usage', `cannot write ${path}: ${reason}`, { hint });
}

function cannotWrite(path: string, error: unknown, kind: 'usage' | 'output' = 'usage'): PyspyError {
  const code = systemErrorCode(error);
  const fault = diskFault(error);
  const full = fault?.isFull === true;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: `no permission to create files in ${dirname(path)}`,
    EPERM: `no permission to create files in ${dirname(path)}`,
    EROFS: `${dirname(path)} is on a read-only file system`,
  };
  const isReplacing = error instanceof Error && 'syscall' in error && error.syscall === 'rename';
  const reason =
    (isReplacing && ['EACCES', 'EPERM', 'EBUSY'].includes(code ?? '')
      ? `what is there cannot be replaced (${code}): it is protected, or open in another program`
      : reasons[code ?? '']) ??
    fault?.reason ??
    (error instanceof Error ? error.message : String(error));
  return new PyspyError(full ? 'output' : kind, `cannot write ${path}: ${reason}`, {
    hint: full ? 'Make room, or choose another disk with -o.' : 'Choose another place with -o.',
    cause: error,
  });
}
