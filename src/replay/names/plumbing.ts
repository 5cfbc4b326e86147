/**
 * The interpreter's own native frames, which stand between Python code and what it calls in every program: calls, the evaluation
 * loop, and how a thread or the program started. They are hidden unless they are asked for.
 */

/** What is asked of a native frame. */
export interface NativePlace {
  readonly name: string;
  /** Path of its binary. */
  readonly binary: string;
  /** Whether it is known to be the evaluation loop, by address. */
  readonly isLoop: boolean;
}

/** Functions of CPython 2.7 to 3.15 that pass a call on (Objects/call.c, Python/ceval.c, Objects/methodobject.c …). */
const calls = [
  /^_?PyEval_/,
  /^_TAIL_CALL_/,
  /^_?PyObject_(Fast)?(Call|Vectorcall|MakeTpCall)/,
  /^_?PyObject_FastCall/,
  /^_?PyVectorcall_/,
  /^_?Py(C?Function|CFunctionWithKeywords)_(Fast|Vector|Call)/i,
  /^_PyMethodDef_(RawFast|Raw)Call/,
  /^_PyMethodDescr_/,
  /vectorcall/i,
  /^(object_vacall|_?call_function|fast_function|do_call|do_call_core|ext_do_call|function_code_fastcall)$/,
  /^(function_call|instancemethod_call|method_call|classmethoddescr_call|methoddescr_call|cfunction_call)$/,
  /^(type_call|slot_tp_call|slot_tp_new|slot_tp_init|cfunction_call_varargs|py_trampoline_evaluator)$/,
  /^(trampoline_call|_Py_trampoline_func_start|py::.*\[trampoline\])$/,
];

/** How a program or a thread comes to its first Python frame: in the system's libraries, and in the interpreter. */
const systemStarts = /^(_start|__libc_start_main(_impl)?|__libc_start_call_main|_?_?clone3?|start_thread)$/;
const starts = [
  /^(thread_run|t_bootstrap|pythread_wrapper|Py_(Bytes|Run)?Main|pymain_\w+|run_mod|run_eval_code_obj)$/,
  /^_?PyRun_|^pyrun_/,
];

/** Where such functions without names are: in the interpreter's binary, or in these. */
const systemLibrary = /^(libc|libpthread|ld-linux|ld)[-.]/;

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Whether a frame is one of the interpreter's own.
 * @param interpreters paths of the binaries that have the evaluation loop
 * @param isOutside whether no Python frame called it, by however many calls
 */
export function isPlumbing(
  { name, binary, isLoop }: NativePlace,
  interpreters: ReadonlySet<string>,
  isOutside: boolean,
): boolean {
  if (isLoop || systemStarts.test(name)) return true;
  const isInterpreter = interpreters.has(binary);
  if (isInterpreter && [...calls, ...starts].some((pattern) => pattern.test(name))) return true;
  // Outside of all Python frames: an application that embeds Python has frames of its own there.
  if (!isOutside) return false;
  return (
    isInterpreter ||
    systemLibrary.test(baseOf(binary)) ||
    (name === 'main' && baseOf(binary).startsWith('python'))
  );
}

/**
 * The same of a whole stack.
 * @param frames innermost first; null for a Python frame
 * @returns of each whether it is one of the interpreter's own
 */
export function findPlumbing(frames: readonly (NativePlace | null)[]): boolean[] {
  const interpreters = new Set(frames.flatMap((frame) => (frame?.isLoop ? [frame.binary] : [])));
  const outermost = frames.lastIndexOf(null);
  return frames.map(
    (frame, i) => frame !== null && isPlumbing(frame, interpreters, outermost >= 0 && i > outermost),
  );
}
