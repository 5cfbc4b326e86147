/**
 * The table of offsets that CPython 3.13 and later carry at the start of `_PyRuntime`
 * (Include/internal/pycore_runtime.h 3.13, pycore_debug_offsets.h 3.14, struct _Py_DebugOffsets).
 * It has no length: which words follow each other depends on the version.
 */
import { pointerAt } from '../memory/pointers.js';
import { freeThreaded } from './free-threaded.js';
import type { Layout } from './layout.js';
import { applyValueTable } from './values.js';

/** What the table begins with. */
export const debugCookie = 'xdebugpy';

/** Words after cookie, version and free_threaded, in order, as group.field. */
const words3_13 = [
  'runtime_state: size finalizing interpreters_head',
  'interpreter_state: size id next threads_head gc imports_modules sysdict builtins ceval_gil gil_runtime_state gil_runtime_state_enabled gil_runtime_state_locked gil_runtime_state_holder',
  'thread_state: size prev next interp current_frame thread_id native_thread_id datastack_chunk status',
  'interpreter_frame: size previous executable instr_ptr localsplus owner',
  'code_object: size filename name qualname linetable firstlineno argcount localsplusnames localspluskinds co_code_adaptive',
  'pyobject: size ob_type',
  'type_object: size tp_name tp_repr tp_flags',
  'tuple_object: size ob_item ob_size',
  'list_object: size ob_item ob_size',
  'dict_object: size ma_keys ma_values',
  'float_object: size ob_fval',
  'long_object: size lv_tag ob_digit',
  'bytes_object: size ob_size ob_sval',
  'unicode_object: size state length asciiobject_size',
  'gc: size collecting',
];

/** What 3.14 appends to groups of 3.13, and the groups that it adds behind others. */
const words3_14 = words3_13
  .map((group) => {
    if (group.startsWith('interpreter_state:'))
      return `${group.replace('threads_head', 'threads_head threads_main')} code_object_generation tlbc_generation`;
    if (group.startsWith('interpreter_frame:')) return `${group} stackpointer tlbc_index`;
    if (group.startsWith('code_object:')) return `${group} co_tlbc`;
    return group;
  })
  .flatMap((group) =>
    group.startsWith('list_object:') ? [group, 'set_object: size used table mask'] : [group],
  );

const words3_15 = words3_14.flatMap((group) => {
  if (group.startsWith('thread_state:'))
    return [
      'thread_state: size prev next interp current_frame base_frame last_profiled_frame last_profiled_frame_seq thread_id native_thread_id datastack_chunk status holds_gil gil_requested current_exception exc_state',
      'err_stackitem: exc_value',
    ];
  if (group.startsWith('type_object:'))
    return [`${group} tp_basicsize tp_dictoffset`, 'heap_type_object: size ht_cached_keys'];
  if (group.startsWith('unicode_object:')) return [`${group} compactunicodeobject_size`];
  return [group];
});

const shapes: ReadonlyMap<string, readonly string[]> = new Map([
  ['3.13', words3_13],
  ['3.14', words3_14],
  ['3.15', words3_15],
]);

/** Where the table's first group begins, behind cookie, version and free_threaded. */
const groupsAt = 24;

/** Where each word of a version's table is, in bytes from its start, as group.field; null where the shape is not known. */
export function debugTablePlaces(version: string): ReadonlyMap<string, number> | null {
  const names = shapes.get(version)?.flatMap((line) => {
    const [group, fields] = line.split(': ') as [string, string];
    return fields.split(' ').map((field) => `${group}.${field}`);
  });
  return names === undefined ? null : new Map(names.map((name, i) => [name, groupsAt + i * 8]));
}

/** The most that any known table takes, in bytes. */
export const debugTableBytes = 1024;

/**
 * `_co_firsttraceable`, which the table leaves out, stands so many bytes before the bytecode, with `co_extra` and, where there
 * is one, `co_tlbc` behind it (Include/cpython/code.h 3.13 to 3.15).
 */
const traceableBefore = 16;

export interface DebugTable {
  /** PY_VERSION_HEX of the interpreter. */
  readonly versionHex: number;
  readonly freeThreaded: boolean;
  readonly view: DataView;
}

/** @returns null if the bytes do not begin with a table */
export function readDebugTable(bytes: Uint8Array): DebugTable | null {
  if (bytes.byteLength < 24 || String.fromCharCode(...bytes.subarray(0, 8)) !== debugCookie) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { versionHex: view.getUint32(8, true), freeThreaded: view.getUint32(16, true) !== 0, view };
}

/**
 * The row for this build, with the table's offsets in place of the built-in ones.
 * @returns the row, or what in the table cannot be true
 */
export function applyDebugTable(release: Layout, table: DebugTable): Layout | string {
  const layout = table.freeThreaded ? freeThreaded(release) : release;
  const places = debugTablePlaces(layout.version);
  if (places === null) return `the shape of the ${layout.version} table is not known`;
  const field = new Map<string, number>();
  for (const [name, at] of places) {
    if (at + 8 > table.view.byteLength) return 'the table is cut off';
    field.set(name, pointerAt(table.view, at));
  }
  const faults: string[] = [];
  /** An offset at which `width` bytes lie inside their structure, which itself is of a believable size. */
  const take = (group: string, name: string, width = 8): number => {
    const value = field.get(`${group}.${name}`)!;
    const size = field.get(`${group}.size`)!;
    if (size > 4_000_000 || value + width > size || value % Math.min(width, 8) !== 0)
      faults.push(`${group}.${name} = ${value} (size ${size})`);
    return value;
  };
  // Where every thread runs the same bytecode, the table has no place for copies, or says something meaningless.
  const hasCopies = table.freeThreaded && field.has('code_object.co_tlbc');
  const asciiSize = field.get('unicode_object.asciiobject_size')!;
  const row: Layout = {
    ...layout,
    runtime: { interpretersHead: take('runtime_state', 'interpreters_head') },
    gil: gilPlace(layout, table.freeThreaded, take, field),
    collector: {
      kind: 'interpreter',
      collecting: take('interpreter_state', 'gc') + take('gc', 'collecting', 4),
    },
    interpreter: {
      next: take('interpreter_state', 'next'),
      threadsHead: take('interpreter_state', 'threads_head'),
      modules: take('interpreter_state', 'imports_modules'),
      copiesGeneration: hasCopies ? take('interpreter_state', 'tlbc_generation', 4) : null,
      codeGeneration: field.has('interpreter_state.code_object_generation')
        ? take('interpreter_state', 'code_object_generation')
        : layout.interpreter.codeGeneration,
    },
    thread: {
      ...layout.thread,
      next: take('thread_state', 'next'),
      interpreter: take('thread_state', 'interp'),
      id: take('thread_state', 'thread_id', layout.thread.idBytes),
      nativeId: take('thread_state', 'native_thread_id', layout.thread.idBytes),
      frame: take('thread_state', 'current_frame'),
      dataStackChunk: take('thread_state', 'datastack_chunk'),
    },
    frame: {
      ...layout.frame,
      code: take('interpreter_frame', 'executable'),
      previous: take('interpreter_frame', 'previous'),
      instruction: take('interpreter_frame', 'instr_ptr'),
      owner: take('interpreter_frame', 'owner', 1),
      valueEnd: field.has('interpreter_frame.stackpointer')
        ? { offset: take('interpreter_frame', 'stackpointer'), trait: 'pointer' }
        : layout.frame.valueEnd,
    },
    code: {
      ...layout.code,
      filename: take('code_object', 'filename'),
      name: take('code_object', 'name'),
      qualname: take('code_object', 'qualname'),
      firstLine: take('code_object', 'firstlineno', 4),
      lineTable: take('code_object', 'linetable'),
      firstTraceable: take('code_object', 'co_code_adaptive', 1) - traceableBefore - (hasCopies ? 8 : 0),
      bytecode: take('code_object', 'co_code_adaptive', 1),
      copies: hasCopies ? take('code_object', 'co_tlbc') : null,
    },
    object: { type: take('pyobject', 'ob_type'), size: field.get('pyobject.size')! },
    unicode: {
      ...layout.unicode,
      length: take('unicode_object', 'length'),
      state: take('unicode_object', 'state', 4),
      asciiSize,
      compactSize: asciiSize + layout.unicode.compactSize - layout.unicode.asciiSize,
    },
    bytes: { length: take('bytes_object', 'ob_size'), data: take('bytes_object', 'ob_sval', 1) },
    dict: { ...layout.dict, keys: take('dict_object', 'ma_keys'), values: take('dict_object', 'ma_values') },
    type: {
      ...layout.type,
      name: take('type_object', 'tp_name'),
      flags: take('type_object', 'tp_flags'),
    },
    values: applyValueTable(layout.values, take, field.has('set_object.used')),
  };
  // The length of a str and its state are read together.
  const apart = row.unicode.state - row.unicode.length;
  if (apart < 8 || apart > 64) faults.push(`unicode_object.state ${apart} bytes behind its length`);
  // The walk reads `frame.size` bytes of every frame: what it needs must lie in them.
  const { frame } = row;
  if (
    Math.max(frame.code, frame.previous, frame.instruction, frame.valueEnd?.offset ?? 0) + 8 > frame.size ||
    frame.owner! >= frame.size
  )
    faults.push(`interpreter_frame is larger than ${frame.size} bytes`);
  if (row.code.firstTraceable! < 0) faults.push(`code_object.co_code_adaptive = ${row.code.bytecode}`);
  for (const name of ['pyobject.size', 'unicode_object.asciiobject_size'])
    if (field.get(name)! > 256 || field.get(name)! % 8 !== 0) faults.push(`${name} = ${field.get(name)}`);
  return faults.length > 0 ? `implausible ${faults.join(', ')}` : row;
}

/**
 * `cond` in struct _gil_runtime_state, which the table leaves out (Include/internal/pycore_gil.h 3.13 to 3.15). In
 * free-threaded builds `enabled` stands before all else.
 */
const gilCondition = 32;

function gilPlace(
  layout: Layout,
  freeThreaded: boolean,
  take: (group: string, name: string, width?: number) => number,
  field: ReadonlyMap<string, number>,
): Layout['gil'] {
  const gil = take('interpreter_state', 'ceval_gil');
  const holder = field.get('interpreter_state.gil_runtime_state_holder')!;
  const locked = field.get('interpreter_state.gil_runtime_state_locked')!;
  // The table places these inside the interpreter's own GIL structure; ceval.gil leads to the one in use.
  const own = field.get('interpreter_state.gil_runtime_state')!;
  const enabled = freeThreaded ? field.get('interpreter_state.gil_runtime_state_enabled')! - own : null;
  const inner = { holder: holder - own, locked: locked - own, enabled };
  const plausible = (offset: number): boolean => offset >= 0 && offset < 64 && offset % 4 === 0;
  const waiters = gilCondition + (freeThreaded ? 8 : 0);
  return [inner.holder, inner.locked, enabled ?? 0].every(plausible)
    ? { kind: 'interpreter', gil, ...inner, waiters }
    : layout.gil.kind === 'interpreter'
      ? { ...layout.gil, gil }
      : layout.gil;
}
