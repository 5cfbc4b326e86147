/** The interpreter's own frames are told from those that a user asks for. */
import { expect, test } from 'vitest';
import { findPlumbing, type NativePlace } from '../../../src/replay/names/plumbing.js';

const python = '/usr/lib/libpython3.12.so.1.0';
const libc = '/usr/lib/libc.so.6';

/** A stack, innermost first: "function @binary", or the name of a Python function. */
function shown(...stack: readonly string[]): string[] {
  const frames = stack.map((line): NativePlace | null => {
    const [name, binary] = line.split(' @') as [string, string | undefined];
    return binary === undefined ? null : { name, binary, isLoop: name === 'loop' };
  });
  const isHidden = findPlumbing(frames);
  return stack.filter((_, i) => !isHidden[i]).map((line) => line.split(' @')[0]!);
}

test('calls and the evaluation loop are hidden, what they call is not', () => {
  expect(
    shown(
      `clock_nanosleep @${libc}`,
      `time_sleep @${python}`,
      `cfunction_vectorcall_O @${python}`,
      `PyObject_Vectorcall @${python}`,
      'key',
      `loop @${python}`,
      `PyObject_CallOneArg @${python}`,
      `list_sort_impl @${python}`,
      `method_vectorcall_FASTCALL @${python}`,
      'main',
      `loop @${python}`,
    ),
  ).toEqual(['clock_nanosleep', 'time_sleep', 'key', 'list_sort_impl', 'main']);
});

test.each([
  ...['_PyEval_EvalFrameDefault', 'PyEval_EvalFrameEx', '_PyEval_Vector', 'PyEval_CallObjectWithKeywords'],
  ...['_PyFunction_Vectorcall', 'function_code_fastcall', '_PyFunction_FastCallDict', 'call_function'],
  ...['_PyObject_MakeTpCall', '_PyObject_FastCallKeywords', 'PyObject_Call', 'PyObject_CallFunctionObjArgs'],
  ...['_PyCFunction_FastCallDict', '_PyMethodDef_RawFastCallKeywords', 'ext_do_call', 'instancemethod_call'],
  ...['Py_BytesMain', 'Py_RunMain', 'Py_Main', 'pymain_run_python', 'run_mod', '_PyRun_SimpleFileObject'],
])('%s is the interpreter’s own', (name) => {
  expect(shown(`${name} @${python}`, 'main', `loop @${python}`)).toEqual(['main']);
  // But not in another library.
  expect(shown(`${name} @/app/other.so`, 'main', `loop @${python}`)).toEqual([name, 'main']);
});

test('how a thread starts is hidden, with names and without', () => {
  const start = [`python3.11+0x5858f0 @${python}`, `thread_run @${python}`, `libc.so.6+0x94af0 @${libc}`];
  expect(shown('main', `loop @${python}`, ...start, `_start @/usr/bin/python3`)).toEqual(['main']);
  // Inside, a function without a name can be anything.
  expect(shown(`python3.11+0x5858f0 @${python}`, 'main', `loop @${python}`)).toHaveLength(2);
});

test('an application that embeds Python keeps its own frames', () => {
  expect(
    shown('main', `loop @${python}`, `run_mod @${python}`, 'serve @/usr/bin/app', 'main @/usr/bin/app'),
  ).toEqual(['main', 'serve', 'main']);
});

test('a thread that Python does not know keeps all but its start', () => {
  expect(
    shown('blas_thread_server @/usr/lib/libopenblas.so', `start_thread @${libc}`, `__clone3 @${libc}`),
  ).toEqual(['blas_thread_server']);
});
