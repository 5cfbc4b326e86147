/** Builds a program for Windows that passes for a CPython (test/targets/windows_python.c), where mingw's compiler is installed. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { SavedMemory } from '../../src/platform/saved.js';
import { debugTableBytes, readDebugTable } from '../../src/record/layouts/debug-offsets.js';
import { Peek } from '../../src/record/memory/peek.js';
import { encodeImage } from '../../src/record/sampling/rehearsal-image.js';
import { digitCount, findThreads, llp64LayoutOf, toLlp64 } from './llp64.js';
import { loadSaved, type SavedThread } from './saved-process.js';

const compiler = 'x86_64-w64-mingw32-gcc';
const source = fileURLToPath(new URL('../targets/windows_python.c', import.meta.url));

export const canCompileForWindows = spawnSync(compiler, ['--version']).status === 0;

/** Where the memory is taken to lie while it is looked at here. */
const base = 0x10_0000_0000;
const pageSize = 4096;

export interface WindowsPython {
  /** Path of the program. */
  readonly program: string;
  /** What its threads show: those that `still.py` had when its memory was saved. */
  readonly threads: readonly SavedThread[];
  /** The thread that calls and returns: its innermost frame comes and goes. Null for none (to 3.12). */
  readonly moving: string | null;
  readonly version: string;
}

/**
 * @param version "3.13": one of which memory was saved
 * @param folder where the program and its library are put
 */
export function buildWindowsPython(version: string, folder: string): WindowsPython {
  const { process: saved, pages, layout: linux } = loadSaved(version);
  const image = inflateRawSync(encodeImage(toLlp64(saved, pages, linux), saved.runtime));
  const [runtime, count] = [image.readUInt32LE(0), image.readUInt32LE(4)];
  const pointers = image.subarray(8, 8 + count * 4);
  const memory = image.subarray(8 + count * 4);

  const placed = Buffer.from(memory);
  for (let i = 0; i < count; i++) {
    const at = pointers.readUInt32LE(i * 4) * 8;
    placed.writeBigUInt64LE(placed.readBigUInt64LE(at) + BigInt(base), at);
  }
  const placedPages = new Map<number, Uint8Array>();
  for (let at = 0; at < placed.length; at += pageSize)
    placedPages.set(base + at, new Uint8Array(Buffer.concat([placed.subarray(at, at + pageSize)], pageSize)));
  const peek = new Peek(new SavedMemory(placedPages));
  const layout = llp64LayoutOf(peek, version, base + runtime);
  const hex = readDebugTable(peek.bytes(base + runtime, debugTableBytes)!)?.versionHex ?? hexOf(saved.python);
  const threads = findThreads(peek, layout, base + runtime);
  const moving = saved.threads.find(({ frames }) => frames[1]?.[0] === 'Worker.run') ?? null;
  const rows = threads.map(({ state, key, pythonId }) => {
    const frame = peek.pointer(state + layout.thread.frame)!;
    const caller = peek.pointer(frame + layout.frame.previous)!;
    // Before 3.13 the way to the newest frame is a longer one.
    const moves = pythonId === moving?.native && layout.thread.viaCFrame === null;
    return `{${state - base}, ${key - base}, ${frame - base}, ${moves ? caller - base : 0}}`;
  });

  const [imageFile, pointersFile] = ['image.bin', 'pointers.bin'].map((name) => join(folder, name));
  writeFileSync(imageFile!, memory);
  writeFileSync(pointersFile!, pointers);
  const define = (name: string, value: number | string) =>
    `#define ${name} ${typeof value === 'string' ? JSON.stringify(value) : value}\n`;
  const text = [
    define('IMAGE_FILE', imageFile!),
    define('POINTERS_FILE', pointersFile!),
    define('RUNTIME', String(runtime)),
    define('POINTERS', count),
    define('VERSION_HEX', hex),
    define('VERSION_TEXT', windowsText(hex)),
    define('ID', layout.thread.id),
    define('NATIVE_ID', layout.thread.nativeId!),
    define('FRAME', layout.thread.frame),
    define('ONE_DIGIT', digitCount(layout, 1)),
    define('THREADS', rows.length),
    `static const struct thread { uint32_t state, key, frame, caller; } threads[] = {${rows.join(', ')}};\n`,
  ];
  writeFileSync(join(folder, 'image.h'), text.join(''));
  const library = `python${version.replace('.', '')}.dll`;
  const definitions = join(folder, 'python.def');
  writeFileSync(definitions, 'EXPORTS\n_PyRuntime DATA\nPy_Version DATA\nstart\n');
  compile(['-shared', '-I', folder, '-o', join(folder, library), source, definitions]);
  const program = join(folder, 'python.exe');
  compile(['-DPROGRAM', `-DLIBRARY="${library}"`, '-o', program, source]);
  return {
    program,
    threads: saved.threads,
    moving: layout.thread.viaCFrame === null ? (moving?.name ?? null) : null,
    version: windowsText(hex).split(' ')[0]!,
  };
}

/** PY_VERSION_HEX of a final release. @param text of sys.version */
function hexOf(text: string): number {
  const [major, minor, micro] = /^(\d+)\.(\d+)\.(\d+)/.exec(text)!.slice(1).map(Number);
  return major! * 2 ** 24 + (minor! << 16) + (micro! << 8) + 0xf0;
}

/** sys.version of a build with Microsoft's compiler. */
function windowsText(hex: number): string {
  const number = [hex >>> 24, (hex >>> 16) & 0xff, (hex >>> 8) & 0xff].join('.');
  return `${number} (tags/v${number}:0123abc, Oct  7 2024, 09:38:07) [MSC v.1941 64 bit (AMD64)]`;
}

function compile(words: readonly string[]): void {
  const { status, stderr } = spawnSync(compiler, ['-O1', '-Wall', ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler}: ${stderr}`);
}
