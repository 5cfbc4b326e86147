/** A window as functions and the calls between them. */
import type { CallGraph, GraphCost, GraphFunction } from '../../format/foreign/call-graph.js';
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import { emptyStack, functionName, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import { addToCallers, findOutermost } from '../sums/call-totals.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { sumByKey } from '../sums/key-sums.js';

interface Cost {
  samples: number;
  ns: number;
}

interface Code {
  readonly name: string;
  readonly file: string;
  readonly firstLine: number;
}

/** @param detail whether functions are told apart by file and first line, and costs by line */
export function callGraph(fold: Fold, detail: FrameDetail): CallGraph {
  const codes: Code[] = [];
  const known = new Map<string, number>();
  const indexOf = (code: Code): number => {
    const key = JSON.stringify([code.name, code.file, code.firstLine]);
    let at = known.get(key);
    if (at === undefined) {
      at = codes.length;
      codes.push(code);
      known.set(key, at);
    }
    return at;
  };
  const { frames } = fold.forest;
  const codeOfFrame = frames.map((frame) => indexOf(describe(frame, detail)));
  const sums = sumByKey(fold, codeOfFrame, codes.length);
  const lines = sumLines(fold, codeOfFrame, detail);
  const functions = codes.map(
    (code, at): GraphFunction => ({
      ...code,
      total: { samples: sums.totalSamples[at]!, ns: sums.total[at]! },
      self: { samples: sums.selfSamples[at]!, ns: sums.self[at]! },
      lines: [...lines[at]!].map(([line, self]) => ({ line, self })).sort((a, b) => a.line - b.line),
    }),
  );
  return {
    functions: [...functions, ...listFrameless(fold)],
    calls: sumCalls(fold, codeOfFrame, detail),
    total: { samples: fold.samples, ns: fold.ns },
  };
}

function describe({ function: code }: CodeFrame, detail: FrameDetail): Code {
  const name = functionName(code);
  return detail === 'name'
    ? { name, file: '', firstLine: 0 }
    : { name, file: code.file, firstLine: code.firstLine };
}

/** Of each function, what its lines have with them innermost. */
function sumLines(fold: Fold, codeOfFrame: readonly number[], detail: FrameDetail): Map<number, Cost>[] {
  const { frameOf, frames } = fold.forest;
  const count = codeOfFrame.reduce((most, code) => Math.max(most, code + 1), 0);
  const lines = Array.from({ length: count }, () => new Map<number, Cost>());
  for (const { node, samples, ns } of fold.cells) {
    if (node < 0) continue;
    const frame = frameOf[node]!;
    add(lines[codeOfFrame[frame]!]!, detail === 'line' ? frames[frame]!.line : 0, { samples, ns });
  }
  return lines;
}

function sumCalls(fold: Fold, codeOfFrame: readonly number[], detail: FrameDetail): CallGraph['calls'] {
  const { forest, cells } = fold;
  const size = forest.parents.length;
  const [ns, samples] = [new Float64Array(size), new Float64Array(size)];
  for (const cell of cells) {
    if (cell.node < 0) continue;
    ns[cell.node] = ns[cell.node]! + cell.ns;
    samples[cell.node] = samples[cell.node]! + cell.samples;
  }
  const [selfNs, selfSamples] = [ns.slice(), samples.slice()];
  addToCallers(forest, ns);
  addToCallers(forest, samples);
  const calls: { caller: number; callee: number; line: number; total: Cost; self: Cost }[] = [];
  const known = new Map<string, number>();
  // A key of its own for each call; outermost frames, which nobody called, share one.
  const keys = new Uint32Array(size);
  for (let node = 0; node < size; node++) {
    const parent = forest.parents[node]!;
    if (parent < 0) continue;
    const callee = codeOfFrame[forest.frameOf[node]!]!;
    const frame = forest.frameOf[parent]!;
    const caller = codeOfFrame[frame]!;
    const line = detail === 'line' ? forest.frames[frame]!.line : 0;
    const key = `${caller} ${line} ${callee}`;
    let at = known.get(key);
    if (at === undefined) {
      at = calls.length;
      calls.push({ caller, callee, line, total: { samples: 0, ns: 0 }, self: { samples: 0, ns: 0 } });
      known.set(key, at);
    }
    keys[node] = at + 1;
  }
  const outermost = findOutermost(forest, keys, calls.length + 1);
  for (let node = 0; node < size; node++) {
    const call = calls[keys[node]! - 1];
    if (call === undefined) continue;
    call.self.ns += selfNs[node]!;
    call.self.samples += selfSamples[node]!;
    if (outermost[node] === 0) continue;
    call.total.ns += ns[node]!;
    call.total.samples += samples[node]!;
  }
  return calls;
}

/** What has samples without frames. */
function listFrameless({ cells }: Fold): GraphFunction[] {
  const sums = new Map<string, Cost>();
  for (const { node, samples, ns } of cells)
    if (node < 0) add(sums, node === unreadNode ? unknownStack : emptyStack, { samples, ns });
  return [...sums].map(([name, cost]) => ({
    ...{ name, file: '', firstLine: 0 },
    ...{ total: cost, self: cost, lines: [{ line: 0, self: cost }] },
  }));
}

function add<Key>(sums: Map<Key, Cost>, key: Key, { samples, ns }: GraphCost): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { samples, ns });
  else {
    sum.samples += samples;
    sum.ns += ns;
  }
}
