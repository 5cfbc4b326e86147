/**
 * Callgrind's profile format (https://valgrind.org/docs/manual/cl-format.html): what KCachegrind, QCachegrind and
 * callgrind_annotate read. Calls are not counted by sampling: in their place are the samples in which the call was on the stack.
 */
import type { CallGraph, GraphCall, GraphCost } from './call-graph.js';

export interface CallgrindFile {
  readonly creator: string;
  readonly command: string;
  /** Name of the event that costs in time are, and what it is. */
  readonly event: string;
  readonly eventText: string;
  readonly graph: CallGraph;
}

/** Writes a file in chunks of text. */
export function* writeCallgrind({
  creator,
  command,
  event,
  eventText,
  graph,
}: CallgrindFile): Generator<string, void> {
  yield '# callgrind format\nversion: 1\n';
  yield `creator: ${oneLine(creator)}\ncmd: ${oneLine(command)}\npositions: line\n`;
  yield `event: ${event} : ${eventText}\nevent: Samples : Samples\nevents: ${event} Samples\n`;
  yield `summary: ${costs(graph.total)}\n`;
  const callsOf = new Map<number, GraphCall[]>();
  for (const call of graph.calls) {
    const calls = callsOf.get(call.caller);
    if (calls === undefined) callsOf.set(call.caller, [call]);
    else calls.push(call);
  }
  const files = new Names();
  const functions = new Names();
  const nameOf = (at: number): string => {
    const { name, file, firstLine } = graph.functions[at]!;
    return functions.get(name === '' ? '???' : name, `${file}\0${firstLine}\0${name}`);
  };
  const fileOf = (at: number): string => {
    const { file } = graph.functions[at]!;
    return files.get(file === '' ? '???' : file, file);
  };
  for (const [at, { lines }] of graph.functions.entries()) {
    yield `\nfl=${fileOf(at)}\nfn=${nameOf(at)}\n`;
    for (const { line, self } of lines) yield `${line} ${costs(self)}\n`;
    for (const { callee, line, total } of callsOf.get(at) ?? []) {
      yield `cfi=${fileOf(callee)}\ncfn=${nameOf(callee)}\n`;
      yield `calls=${total.samples} ${graph.functions[callee]!.firstLine}\n${line} ${costs(total)}\n`;
    }
  }
}

function costs({ ns, samples }: GraphCost): string {
  return `${Math.round(ns)} ${samples}`;
}

/** Names under numbers: "(1) name" the first time, then "(1)". */
class Names {
  readonly #numbers = new Map<string, number>();

  get(name: string, key: string): string {
    const known = this.#numbers.get(key);
    if (known !== undefined) return `(${known})`;
    this.#numbers.set(key, this.#numbers.size + 1);
    return `(${this.#numbers.size}) ${oneLine(name)}`;
  }
}

/** The format has no escapes of its own: what would end a line is written as in a Python string. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (sign) => {
    const code = sign.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
