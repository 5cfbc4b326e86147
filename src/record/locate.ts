/** Finds the interpreter in a process: its `_PyRuntime`, its version, and so the layout of its structures. */
import { PyspyError } from '../errors.js';
import { chooseLayout } from './layouts/choose.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from './layouts/debug-offsets.js';
import type { Layout } from './layouts/layout.js';
import { ElfCache, type LoadedElf, listModules, loadElf, type Module } from './modules.js';
import type { Peek } from './peek.js';
import { type Mapping, readMaps } from './platform/proc.js';
import {
  findVersionText,
  formatVersion,
  type PythonVersion,
  versionFromHex,
  versionFromName,
} from './python-version.js';
import { listThreadStates } from './thread-list.js';
import { isAddress, pointerAt } from './words.js';

export interface Interpreter {
  /** Address of _PyRuntime, or of interp_head. */
  readonly runtime: number;
  /** Address of _PyThreadState_Current, where the version has it and it was found. */
  readonly currentThread: number | null;
  readonly layout: Layout;
  readonly version: PythonVersion;
}

export type LocateResult =
  | { readonly kind: 'found'; readonly interpreter: Interpreter }
  /** No Python, or not yet: a launcher, a shell, an interpreter that is still starting. */
  | { readonly kind: 'none'; readonly reason: string }
  /** Something that pyspy will never read. */
  | { readonly kind: 'refused'; readonly error: PyspyError };

const wanted: ReadonlySet<string> = new Set([
  '_PyRuntime',
  'Py_Version',
  'interp_head',
  '_PyThreadState_Current',
]);

export function createElfCache(): ElfCache {
  return new ElfCache(wanted);
}

/** Words of writable memory tried as the interpreter list's head, where no symbol tells. */
const maxCandidates = 4_000_000;

/**
 * @param cache of the files seen so far, from `createElfCache`
 * @param final false while the process may still be starting: what is not there yet is then waited for
 * @throws the system's error if the memory map may not be read (see permission.ts)
 */
export function locate(pid: number, peek: Peek, cache: ElfCache, final: boolean): LocateResult {
  const mappings = readMaps(pid);
  const modules = listModules(pid, mappings);
  const pypy = modules.find((module) => /\/(lib)?pypy[^/]*$/.test(module.path));
  if (pypy)
    return refused(
      `process ${pid} runs PyPy (${pypy.path}); pyspy reads CPython`,
      'Record a program that runs on CPython.',
    );
  const loaded = modules.map((module) => ({ module, file: loadElf(pid, module, cache) }));
  const hasRuntime = loaded.find(({ file }) => file !== null && isInterpreter(file));
  if (hasRuntime?.file) return examine(pid, peek, hasRuntime.module, hasRuntime.file, mappings, final);
  // Without symbols and sections only a name tells where it is worth to search.
  let reason: string | null = null;
  for (const { module, file } of loaded) {
    if (file === null || versionFromName(module.path) === null) continue;
    const result = examine(pid, peek, module, file, mappings, final);
    if (result.kind !== 'none') return result;
    reason ??= result.reason;
  }
  if (reason !== null) return { kind: 'none', reason };
  const name = modules[0]?.path;
  return { kind: 'none', reason: name === undefined ? 'it has no program in memory' : `it runs ${name}` };
}

/** Address, as linked, of the variable that all is reached from: by its symbol, or by the section made for it. */
function rootIn({ elf }: LoadedElf): number | undefined {
  return (
    elf.symbols.get('_PyRuntime') ??
    elf.sections.find((section) => section.name === '.PyRuntime')?.address ??
    elf.symbols.get('interp_head')
  );
}

/** Before 3.7 the root is static and goes when symbols are stripped; another variable stays. */
function isInterpreter(file: LoadedElf): boolean {
  return rootIn(file) !== undefined || file.elf.symbols.has('_PyThreadState_Current');
}

function examine(
  pid: number,
  peek: Peek,
  module: Module,
  file: LoadedElf,
  mappings: readonly Mapping[],
  final: boolean,
): LocateResult {
  const { elf, bias } = file;
  const runtime = rootIn(file);
  const table =
    runtime === undefined
      ? null
      : readDebugTable(peek.bytes(bias + runtime, debugTableBytes) ?? new Uint8Array());
  const text = findVersionText(peek, module);
  if (text === null && !final) return { kind: 'none', reason: 'its interpreter is not running (yet)' };
  const hexAt = elf.symbols.get('Py_Version');
  const hex = table?.versionHex ?? (hexAt === undefined ? null : peek.u32(bias + hexAt));
  const version =
    hex !== null && hex >>> 24 === 3
      ? versionFromHex(hex, text?.build ?? '')
      : (text ?? versionFromName(module.path));
  if (version === null) return { kind: 'none', reason: `the version of ${module.path} cannot be told (yet)` };

  const layout = chooseLayout(pid, version);
  if (layout instanceof PyspyError) return { kind: 'refused', error: layout };
  const overlaid = table === null ? layout : applyDebugTable(layout, table);
  if (typeof overlaid === 'string')
    return refused(
      `process ${pid} runs CPython ${formatVersion(version)}, but its own table of offsets is not to be trusted: ${overlaid}`,
      'It may be a modified or a debug build of Python.',
    );
  const current = elf.symbols.get('_PyThreadState_Current');
  const currentThread = current === undefined ? null : bias + current;
  const found = (address: number): LocateResult => ({
    kind: 'found',
    interpreter: { runtime: address, currentThread, layout: overlaid, version },
  });
  if (runtime !== undefined && isInterpreterHead(peek, overlaid, bias + runtime))
    return found(bias + runtime);
  // An address that is known but does not lead to an interpreter: it is still starting, or ends.
  if (runtime !== undefined) return { kind: 'none', reason: 'its interpreter is not running (yet)' };
  const scanned = scanForRuntime(peek, overlaid, module, mappings);
  return scanned === null
    ? { kind: 'none', reason: `no running interpreter was found in ${module.path}` }
    : found(scanned);
}

/** Whether interpreters hang at the runtime, of which one has a thread; a new subinterpreter need not have any. */
function isInterpreterHead(peek: Peek, layout: Layout, runtime: number): boolean {
  return (listThreadStates(peek, layout, runtime)?.threads.length ?? 0) > 0;
}

function ownsItsThread(peek: Peek, layout: Layout, interpreter: number): boolean {
  const thread = peek.pointer(interpreter + layout.interpreter.threadsHead);
  return !!thread && peek.pointer(thread + layout.thread.interpreter) === interpreter;
}

/** For binaries without symbols: every pointer in writable memory is tried as the head of the interpreters. */
function scanForRuntime(
  peek: Peek,
  layout: Layout,
  module: Module,
  mappings: readonly Mapping[],
): number | null {
  const writable = mappings.filter((mapping) => mapping.permissions.startsWith('rw'));
  const isWritable = (address: number): boolean =>
    writable.some((mapping) => address >= mapping.start && address < mapping.end);
  let left = maxCandidates;
  for (const mapping of module.mappings) {
    if (!mapping.permissions.startsWith('rw')) continue;
    const view = peek.view(mapping.start, mapping.end - mapping.start);
    for (let at = 0; view !== null && at + 8 <= view.byteLength && left > 0; at += 8, left--) {
      const candidate = pointerAt(view, at);
      if (candidate % 8 !== 0 || !isAddress(candidate) || !isWritable(candidate)) continue;
      if (!ownsItsThread(peek, layout, candidate)) continue;
      const runtime = mapping.start + at - layout.runtime.interpretersHead;
      if (isProven(peek, layout, runtime)) return runtime;
    }
  }
  return null;
}

/** Rings of pointers look like lists, too: the lists must end, and hold threads with believable ids. */
function isProven(peek: Peek, layout: Layout, runtime: number): boolean {
  const states = listThreadStates(peek, layout, runtime);
  // The id is the address of the C library's thread structure, which is readable.
  return (
    states !== null &&
    states.threads.length > 0 &&
    states.threads.every(({ pythonId }) => peek.pointer(Number(pythonId)) !== null)
  );
}

function refused(message: string, hint: string): LocateResult {
  return { kind: 'refused', error: new PyspyError('target', message, { hint }) };
}
