/**
 * Loads the native modules that are inside of the single executable. The system loads them from files only, so each is
 * written into one that has no name, or loses it at once, in a folder whose file system lets programs be run.
 */
import { closeSync, constants, existsSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { PyspyError, systemErrorCode } from '../../src/errors.js';
// @ts-expect-error: the executable gives it to its scripts.
import { readPart } from './load.cjs';

/**
 * O_TMPFILE of open(2), a file without a name, which Node does not know: a bit of its own (asm-generic/fcntl.h, the same on
 * x86-64 and arm64) with that of folders, which differs.
 */
const unnamed = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;

/** @typedef {{ path: string, remove?: () => void, close: () => void }} Written */

/**
 * @param {string} name without ".node"
 * @returns {unknown} what it exports
 * @throws {PyspyError} of kind "installation" where no folder will do, or the system lacks what it needs
 */
export function loadNative(name) {
  const key = `pyspy ${name}`;
  const module = { exports: {} };
  // Threads have the same modules, and dlopen(3) knows what is loaded by its path.
  const known = getEnvironmentData(key);
  if (typeof known === 'string') {
    process.dlopen(module, known);
    return module.exports;
  }
  const bytes = readPart(`${name}.node`);
  /** @type {string[]} */
  const refusals = [];
  for (const folder of folders()) {
    for (const write of [writeUnnamed, writeNamed]) {
      const refusal = loadFrom(write, folder, bytes, module, key);
      if (refusal === null) return module.exports;
      if (write === writeNamed) refusals.push(`${folder}: ${refusal}`);
    }
  }
  throw new PyspyError(
    'installation',
    `no folder was found that native modules can be loaded from (${refusals.join('; ')})`,
    { hint: 'Set TMPDIR to a folder with 4 MB free, on a file system that is not mounted with "noexec".' },
  );
}

/** In memory first; all that are likely to be there. */
function folders() {
  const named = [process.env.XDG_RUNTIME_DIR ?? '', process.env.TMPDIR ?? '', tmpdir()];
  return new Set([
    '/dev/shm',
    ...named.filter((name) => name.startsWith('/')),
    '/tmp',
    '/var/tmp',
    home(),
    '/run',
  ]);
}

function home() {
  try {
    return homedir().startsWith('/') ? homedir() : '/';
  } catch {
    // A user without an entry in /etc/passwd.
    return '/';
  }
}

/**
 * @param {(folder: string, bytes: Buffer) => Written} write
 * @param {string} folder @param {Buffer} bytes @param {{ exports: object }} module @param {string} key
 * @returns {string | null} why not; null if it is loaded
 */
function loadFrom(write, folder, bytes, module, key) {
  let file;
  try {
    file = write(folder, bytes);
    process.dlopen(module, file.path);
    setEnvironmentData(key, file.path);
    return null;
  } catch (error) {
    file?.close();
    return reasonOf(error);
  } finally {
    file?.remove?.();
  }
}

/**
 * What is loaded keeps its descriptor: its path stands for this file as long as it is open.
 * @param {string} folder @param {Buffer} bytes @returns {Written}
 */
function writeUnnamed(folder, bytes) {
  const fd = openSync(folder, unnamed, 0o700);
  const file = { path: `/proc/self/fd/${fd}`, close: () => closeSync(fd) };
  try {
    writeAll(fd, bytes);
    if (!existsSync(file.path)) throw new Error('/proc is not mounted');
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * For file systems without O_TMPFILE, and where /proc is not mounted.
 * @param {string} folder @param {Buffer} bytes @returns {Written}
 */
function writeNamed(folder, bytes) {
  const path = join(folder, `.pyspy-${process.pid}-${process.hrtime.bigint()}.node`);
  const fd = openSync(path, 'wx', 0o700);
  try {
    writeAll(fd, bytes);
    return { path, remove: () => unlinkSync(path), close: () => {} };
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** @param {number} fd @param {Buffer} bytes */
function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/**
 * @param {unknown} error
 * @throws {PyspyError} where another folder would not help
 */
function reasonOf(error) {
  const code = systemErrorCode(error);
  if (code !== 'ERR_DLOPEN_FAILED' || !(error instanceof Error)) return code ?? String(error);
  // _dl_map_segments (glibc, elf/dl-load.c); musl says "Operation not permitted".
  if (/failed to map segment|not permitted/.test(error.message)) return 'mounted with "noexec"';
  throw new PyspyError('installation', `a native module could not be loaded: ${error.message}`, {
    hint: 'The executable needs glibc, as new as docs/install.md says; elsewhere install pyspy with npm.',
    cause: error,
  });
}
