/** Finds the interpreter in a process: its `_PyRuntime`, its version, and so the layout of its structures. */
import { PyspyError } from '../../errors.js';
import { currentPlatform } from '../../platform/index.js';
import type { Mapping } from '../../platform/processes.js';
import { chooseLayout } from '../layouts/choose.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from '../layouts/debug-offsets.js';
import type { Layout } from '../layouts/layout.js';
import {
  formatVersion,
  type PythonVersion,
  versionFromHex,
  versionFromName,
} from '../layouts/python-version.js';
import type { Peek } from '../memory/peek.js';
import { type LoadedBinary, loadBinary } from './binaries.js';
import { ElfCache, listModules, type Module } from './modules.js';
import { fitObjects } from './object-shape.js';
import { scanForDebugTable, scanForRuntime } from './scan.js';
import { listThreadStates } from './thread-list.js';
import { findVersionText } from './version-text.js';

/** Addresses of what is a variable of its own; null where the version has none or it was not found. */
export interface StaticVariables {
  /** `_PyThreadState_Current`: who holds the GIL. */
  readonly currentThread: number | null;
  /** `gil_cond` (3.2 to 3.6), where threads wait for it; static, and gone from a stripped binary. */
  readonly gilCondition: number | null;
  /** `interpreter_lock` (2.7): pointer to the lock that is the GIL; static, too. */
  readonly gilLock: number | null;
  /** `collecting`: whether the garbage collector is under way; static, too. */
  readonly collecting: number | null;
  /** `_Py_next_func_version` (3.12): the version that the next code object gets; gone from a stripped binary, too. */
  readonly codeVersions: number | null;
}

export interface Interpreter {
  /** Address of _PyRuntime, or of interp_head (to 3.6). */
  readonly runtime: number;
  readonly variables: StaticVariables;
  readonly layout: Layout;
  readonly version: PythonVersion;
  /** See `Target`. */
  readonly sleepsOnConditions: boolean;
}

export type LocateResult =
  | { readonly kind: 'found'; readonly interpreter: Interpreter }
  /** No Python, or not yet: a launcher, a shell, an interpreter that is still starting. */
  | { readonly kind: 'none'; readonly reason: string; readonly isPython?: true }
  /** Something that pyspy will never read. */
  | { readonly kind: 'refused'; readonly error: PyspyError };

const wanted: ReadonlySet<string> = new Set([
  '_PyRuntime',
  'Py_Version',
  'interp_head',
  '_PyThreadState_Current',
  'gil_cond',
  'interpreter_lock',
  'collecting',
  '_Py_next_func_version',
]);

export function createElfCache(): ElfCache {
  return new ElfCache(wanted);
}

/** What is known of files is forgotten after this time, in ms: others may have taken their places. */
const recentMs = 60_000;
let recent = { cache: createElfCache(), sinceMs: Number.NEGATIVE_INFINITY };

/** The cache that all searches of the last minute share. */
export function recentElfCache(): ElfCache {
  const now = performance.now();
  if (now - recent.sinceMs > recentMs) recent = { cache: createElfCache(), sinceMs: now };
  return recent.cache;
}

/**
 * @param cache of the files seen so far, from `createElfCache`
 * @param final false while the process may still be starting: what is not there yet is then waited for
 * @throws the system's error if the memory map may not be read (see permission.ts)
 */
export function locate(pid: number, peek: Peek, cache: ElfCache, final: boolean): LocateResult {
  const mappings = currentPlatform().readMaps(pid);
  const modules = listModules(pid, mappings);
  const pypy = modules.find((module) => /[/\\](lib)?pypy[^/\\]*$/.test(module.path));
  if (pypy)
    return refused(
      `process ${pid} runs PyPy (${pypy.path}); pyspy reads CPython`,
      'Record a program that runs on CPython.',
    );
  const process = { pid, peek, mappings, final };
  const loaded = modules.map((module) => ({ module, file: loadBinary({ pid, peek, cache }, module) }));
  const hasRuntime = loaded.find(({ file }) => file !== null && isInterpreter(file));
  if (hasRuntime?.file) {
    const result = examine({ ...process, module: hasRuntime.module, file: hasRuntime.file });
    return result.kind === 'none' ? { ...result, isPython: true } : result;
  }
  // Without symbols and sections only the name tells which binary is worth a search. The program itself may embed an
  // interpreter under any name: it is searched at the end, or at once if it has no sections.
  let reason: string | null = null;
  for (const { module, file } of loaded) {
    const isNamed = versionFromName(module.path) !== null;
    const hides = file === null || file.sections.length === 0;
    if (!isNamed && !(module === modules[0] && (final || hides))) continue;
    const result = examine({ ...process, module, file });
    if (result.kind !== 'none') return result;
    if (isNamed) reason ??= result.reason;
  }
  if (reason !== null) return { kind: 'none', reason };
  const name = modules[0]?.path;
  return { kind: 'none', reason: name === undefined ? 'it has no program in memory' : `it runs ${name}` };
}

/** What the section made for `_PyRuntime` is called (Include/internal/pycore_debug_offsets.h): ELF, and PE, which cuts names. */
const runtimeSections: ReadonlySet<string> = new Set(['.PyRuntime', 'PyRuntim']);

/** Address of the variable that all is reached from: by its symbol, or by the section made for it. */
function rootIn({ symbols, sections }: LoadedBinary): number | undefined {
  return (
    symbols.get('_PyRuntime') ??
    sections.find(({ name }) => runtimeSections.has(name))?.address ??
    symbols.get('interp_head')
  );
}

/** Before 3.7 the root is static and goes when symbols are stripped; another variable stays. */
function isInterpreter(file: LoadedBinary): boolean {
  return rootIn(file) !== undefined || file.symbols.has('_PyThreadState_Current');
}

/** A binary in which an interpreter may be, and the process that it is mapped in. */
interface Candidate {
  readonly pid: number;
  readonly peek: Peek;
  readonly mappings: readonly Mapping[];
  /** As `locate` has it. */
  readonly final: boolean;
  readonly module: Module;
  /** Null where the file cannot be read. */
  readonly file: LoadedBinary | null;
}

function examine({ pid, peek, mappings, final, module, file }: Candidate): LocateResult {
  const symbolAt = (name: string): number | null => file?.symbols.get(name) ?? null;
  const runtime = (file && rootIn(file)) ?? scanForDebugTable(peek, module);
  const table =
    runtime === null ? null : readDebugTable(peek.bytes(runtime, debugTableBytes) ?? new Uint8Array());
  const text = findVersionText(peek, module);
  if (text === null && !final) return { kind: 'none', reason: 'its interpreter is not running (yet)' };
  const hexAt = symbolAt('Py_Version');
  const hex = table?.versionHex ?? (hexAt === null ? null : peek.u32(hexAt));
  const version =
    hex !== null && hex >>> 24 === 3
      ? versionFromHex(hex, text?.build ?? '')
      : (text ?? versionFromName(module.path));
  if (version === null) return { kind: 'none', reason: `the version of ${module.path} cannot be told (yet)` };

  const { dataModel } = currentPlatform();
  const layout = chooseLayout(pid, version, { dataModel, freeThreaded: table?.freeThreaded ?? false });
  if (layout instanceof PyspyError) return { kind: 'refused', error: layout };
  const overlaid = table === null ? layout : applyDebugTable(layout, table);
  if (typeof overlaid === 'string')
    return refused(
      `process ${pid} runs CPython ${formatVersion(version)}, but its own table of offsets is not to be trusted: ${overlaid}`,
      'It may be a modified build of Python.',
    );
  const variables: StaticVariables = {
    currentThread: symbolAt('_PyThreadState_Current'),
    gilCondition: symbolAt('gil_cond'),
    gilLock: symbolAt('interpreter_lock'),
    collecting: symbolAt('collecting'),
    codeVersions: symbolAt('_Py_next_func_version'),
  };
  const found = (address: number): LocateResult => {
    const fitted = fitObjects(peek, overlaid, address);
    if (fitted === null || (fitted === 'unknown' && !final))
      return { kind: 'none', reason: 'its interpreter is not running (yet)' };
    if (fitted === 'unknown')
      return refused(
        `process ${pid} runs CPython ${formatVersion(version)}, but its objects are not like those of a release or a debug build`,
        'It may be a modified build of Python.',
      );
    const sleepsOnConditions = currentPlatform().sleepsOnConditions(mappings);
    return {
      kind: 'found',
      interpreter: { runtime: address, variables, layout: fitted, version, sleepsOnConditions },
    };
  };
  if (runtime !== null && isInterpreterHead(peek, overlaid, runtime)) return found(runtime);
  // An address that is known but does not lead to an interpreter: it is still starting, or ends.
  if (runtime !== null) return { kind: 'none', reason: 'its interpreter is not running (yet)' };
  const scanned = scanForRuntime(peek, overlaid, module, mappings);
  return scanned === null
    ? { kind: 'none', reason: `no running interpreter was found in ${module.path}` }
    : found(scanned);
}

/** Whether interpreters hang at the runtime, of which one has a thread; a new subinterpreter need not have any. */
function isInterpreterHead(peek: Peek, layout: Layout, runtime: number): boolean {
  return (listThreadStates(peek, layout, runtime)?.threads.length ?? 0) > 0;
}

function refused(message: string, hint: string): LocateResult {
  return { kind: 'refused', error: new PyspyError('target', message, { hint }) };
}
