// Holds the row of a CPython version against the debugging information of an interpreter, field by field:
//   npm run offsets -- libpython3.12.so.1.0        (or the executable of a static build, or its .debug file)
// Exits with 1 if any field differs. docs/new-python.md says what to do with a new version.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const [file, given] = process.argv.slice(2);
const minor = given ?? /python(\d\.\d+)/.exec(file ?? '')?.[1];
if (file === undefined || minor === undefined || !existsSync(file)) {
  console.error(
    'usage: npm run offsets -- FILE [MINOR], where FILE has the debugging information of an interpreter',
  );
  process.exit(2);
}
/** @type {typeof import('../src/record/layouts/cpython.js')} */
const { layouts } = await import(new URL('../dist/record/layouts/cpython.js', import.meta.url).href);
const row = layouts.get(minor);
if (row === undefined) {
  console.error(`there is no row for ${minor}; there are: ${[...layouts.keys()].join(', ')}`);
  process.exit(2);
}

/** @param {string} type @param {...string} fields as they were called, newest first */
const at = (type, ...fields) => fields.map((field) => `(long)&((${type}*)0)->${field}`);
const runtime = (/** @type {string[]} */ ...fields) =>
  fields.map((field) => `(long)&_PyRuntime.${field} - (long)&_PyRuntime`);
const frame = row.frame.isObject ? 'PyFrameObject' : '_PyInterpreterFrame';
const gil = 'struct _gil_runtime_state';

/** Fields of the row, and expressions for them of which the first that the debugger knows counts. */
const questions = /** @type {[string, unknown, string[]][]} */ ([
  [
    'runtime.interpretersHead',
    row.root === '_PyRuntime' ? row.runtime.interpretersHead : null,
    runtime('interpreters.head'),
  ],
  ['gil.current', row.gil.kind === 'runtime' ? row.gil.current : null, runtime('gilstate.tstate_current')],
  ['gil.waiters (runtime)', row.gil.kind === 'runtime' ? row.gil.waiters : null, runtime('ceval.gil.cond')],
  ['gil.gil', row.gil.kind === 'interpreter' ? row.gil.gil : null, at('PyInterpreterState', 'ceval.gil')],
  ['gil.holder', row.gil.kind === 'interpreter' ? row.gil.holder : null, at(gil, 'last_holder')],
  ['gil.locked', row.gil.kind === 'interpreter' ? row.gil.locked : null, at(gil, 'locked')],
  ['gil.waiters', row.gil.kind === 'interpreter' ? row.gil.waiters : null, at(gil, 'cond')],
  [
    'collector (runtime)',
    row.collector.kind === 'runtime' ? row.collector.collecting : null,
    runtime('gc.collecting'),
  ],
  [
    'collector',
    row.collector.kind === 'interpreter' ? row.collector.collecting : null,
    at('PyInterpreterState', 'gc.collecting'),
  ],
  ['interpreter.next', row.interpreter.next, at('PyInterpreterState', 'next')],
  [
    'interpreter.threadsHead',
    row.interpreter.threadsHead,
    at('PyInterpreterState', 'threads.head', 'tstate_head'),
  ],
  ['interpreter.modules', row.interpreter.modules, at('PyInterpreterState', 'imports.modules', 'modules')],
  ['thread.next', row.thread.next, at('PyThreadState', 'next')],
  [
    'interpreter.codeGeneration',
    row.interpreter.codeGeneration === 'variable' ? null : row.interpreter.codeGeneration,
    at('PyInterpreterState', '_code_object_generation', 'func_state.next_version'),
  ],
  ['thread.interpreter', row.thread.interpreter, at('PyThreadState', 'interp')],
  ['thread.id', row.thread.id, at('PyThreadState', 'thread_id')],
  ['thread.nativeId', row.thread.nativeId, at('PyThreadState', 'native_thread_id')],
  [
    'thread.frame',
    row.thread.frame,
    at('PyThreadState', ...(row.frame.isObject ? ['frame'] : ['current_frame', 'cframe'])),
  ],
  ['thread.viaCFrame', row.thread.viaCFrame, at('_PyCFrame', 'current_frame')],
  ['thread.dataStackChunk', row.thread.dataStackChunk, at('PyThreadState', 'datastack_chunk')],
  ['frame.code', row.frame.code, at(frame, 'f_executable', 'f_code')],
  ['frame.previous', row.frame.previous, at(frame, 'previous', 'f_back')],
  ['frame.called', row.frame.called, at(frame, 'f_funcobj', 'f_func')],
  ['frame.instruction', row.frame.instruction, at(frame, 'instr_ptr', 'prev_instr', 'f_lasti')],
  ['frame.owner', row.frame.owner, at(frame, 'owner')],
  ['values.frame.localsplus', row.values.frame.localsplus, at(frame, 'localsplus', 'f_localsplus')],
  ['code.filename', row.code.filename, at('PyCodeObject', 'co_filename')],
  ['code.name', row.code.name, at('PyCodeObject', 'co_name')],
  ['code.qualname', row.code.qualname, at('PyCodeObject', 'co_qualname')],
  ['code.firstLine', row.code.firstLine, at('PyCodeObject', 'co_firstlineno')],
  ['code.flags', row.code.flags, at('PyCodeObject', 'co_flags')],
  ['code.lineTable', row.code.lineTable, at('PyCodeObject', 'co_linetable', 'co_lnotab')],
  ['code.version', row.code.version, at('PyCodeObject', 'co_version')],
  ['code.bytecode', row.code.bytecode, at('PyCodeObject', 'co_code_adaptive')],
  ['code.slots.variables', row.code.slots?.variables ?? null, at('PyCodeObject', 'co_nlocalsplus')],
  ['code.slots.stack', row.code.slots?.stack ?? null, at('PyCodeObject', 'co_stacksize')],
  ['values.code.argumentCount', row.values.code.argumentCount, at('PyCodeObject', 'co_argcount')],
  ['values.code.keywordOnlyCount', row.values.code.keywordOnlyCount, at('PyCodeObject', 'co_kwonlyargcount')],
  ['object.type', row.object.type, at('PyObject', 'ob_type')],
  ['object.size', row.object.size, ['sizeof(PyObject)']],
  ['unicode.length', row.text === 'unicode' ? row.unicode.length : null, at('PyASCIIObject', 'length')],
  ['unicode.state', row.text === 'unicode' ? row.unicode.state : null, at('PyASCIIObject', 'state')],
  ['unicode.asciiSize', row.text === 'unicode' ? row.unicode.asciiSize : null, ['sizeof(PyASCIIObject)']],
  [
    'unicode.compactSize',
    row.text === 'unicode' ? row.unicode.compactSize : null,
    ['sizeof(PyCompactUnicodeObject)'],
  ],
  ['bytes.length', row.bytes.length, at('PyVarObject', 'ob_size')],
  ['bytes.data', row.bytes.data, at('PyBytesObject', 'ob_sval').concat(at('PyStringObject', 'ob_sval'))],
  ['dict.keys', row.dict.trait === 'table' ? null : row.dict.keys, at('PyDictObject', 'ma_keys')],
  ['dict.values', row.dict.trait === 'table' ? null : row.dict.values, at('PyDictObject', 'ma_values')],
  ['type.name', row.type.name, at('PyTypeObject', 'tp_name')],
  ['type.basicSize', row.type.basicSize, at('PyTypeObject', 'tp_basicsize')],
  ['type.flags', row.type.flags, at('PyTypeObject', 'tp_flags')],
  ['type.dictOffset', row.type.dictOffset, at('PyTypeObject', 'tp_dictoffset')],
  [
    'type.cachedKeys',
    row.attributes === 'dict-offset' ? null : row.type.cachedKeys,
    at('PyHeapTypeObject', 'ht_cached_keys'),
  ],
  ['module.dict', row.module.dict, at('PyModuleObject', 'md_dict')],
  ['values.tuple.items', row.values.tuple.items, at('PyTupleObject', 'ob_item')],
  ['values.list.items', row.values.list.items, at('PyListObject', 'ob_item')],
  ['values.set.table', row.values.set.table, at('PySetObject', 'table')],
  ['values.float', row.values.float, at('PyFloatObject', 'ob_fval')],
  ['values.cell', row.values.cell, at('PyCellObject', 'ob_ref')],
  ['values.functionName', row.values.functionName, at('PyFunctionObject', 'func_qualname', 'func_name')],
  [
    'values.typeObject.qualname',
    row.values.typeObject.qualname,
    at('PyHeapTypeObject', 'ht_qualname', 'ht_name'),
  ],
]);

const wanted = questions.filter(([, value]) => value !== null);
// Fields are known to the debugger through the type that stands before them, so one that it does not know is an error
// line of its own; a mark in front of each answer keeps them apart.
const expressions = wanted.flatMap(([name, , list]) =>
  list.flatMap((expression) => ['-ex', `echo \\n@${name} `, '-ex', `print/d ${expression}`]),
);
const asked = spawnSync('gdb', ['-nx', '-batch', ...expressions, file], {
  encoding: 'utf8',
  timeout: 300_000,
});
if (asked.error) {
  console.error(`gdb cannot be run: ${asked.error.message}`);
  process.exit(2);
}
/** @type {Map<string, number>} */
const answers = new Map();
for (const [, name, value] of asked.stdout.matchAll(/^@(.*?) ?\$\d+ = (-?\d+)/gm))
  if (!answers.has(name ?? '')) answers.set(name ?? '', Number(value));

let differing = 0;
let unknown = 0;
for (const [name, value] of wanted) {
  const answer = answers.get(name);
  const verdict = answer === undefined ? 'not known to it' : answer === value ? 'same' : `DIFFERS: ${answer}`;
  if (answer === undefined) unknown++;
  else if (answer !== value) differing++;
  console.log(`${name.padEnd(32)} ${String(value).padStart(6)}  ${verdict}`);
}
console.log(
  `\n${minor}: ${wanted.length - differing - unknown} fields are the same, ${differing} differ, ${unknown} are not known to ${file}` +
    (row.debugTable
      ? '\nThe interpreter carries a table of its own, which overrides most of this row when it is read.'
      : ''),
);
process.exit(differing > 0 || unknown === wanted.length ? 1 : 0);
