/**
 * Statistics of Python's own profilers (CPython's Lib/pstats.py, load_stats): a marshalled dict from (file, line, name) to
 * (primitive calls, calls, own seconds, cumulative seconds, callers), the last again a dict from a function to such sums. Calls are
 * not counted by sampling: in their place are the samples in which the function was on the stack.
 */
import type { CallGraph, GraphCall, GraphCost, GraphFunction } from './call-graph.js';
import { dictEnd, dictStart, marshal } from './marshal.js';

/** Writes a file in chunks of bytes. */
export function* writePstats({ functions, calls }: CallGraph): Generator<Uint8Array, void> {
  const callersOf = new Map<number, GraphCall[]>();
  for (const call of calls) {
    const callers = callersOf.get(call.callee);
    if (callers === undefined) callersOf.set(call.callee, [call]);
    else callers.push(call);
  }
  yield dictStart;
  for (const [at, code] of functions.entries()) {
    yield key(code);
    // A tuple of five, whose last is a dict.
    yield Buffer.concat([Buffer.from([0x28, 5, 0, 0, 0]), ...sums(code.total, code.self), dictStart]);
    for (const { caller, total, self } of callersOf.get(at) ?? []) {
      yield key(functions[caller]!);
      yield Buffer.concat([Buffer.from([0x28, 4, 0, 0, 0]), ...sums(total, self)]);
    }
    yield dictEnd;
  }
  yield dictEnd;
}

/** What has no file is written as pstats writes what is built in. */
function key({ name, file, firstLine }: GraphFunction): Buffer {
  return file === '' ? marshal(['~', { int: 0 }, name]) : marshal([file, { int: firstLine }, name]);
}

function sums(total: GraphCost, self: GraphCost): Buffer[] {
  return [{ int: total.samples }, { int: total.samples }, self.ns / 1e9, total.ns / 1e9].map(marshal);
}
