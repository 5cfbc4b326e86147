/** The contents of a page as columns, each text and each function once. */
import type { CodeFrame, CodeFunction } from '../../format/reading/stack-forest.js';
import type { CodeOrigin } from '../../replay/names/code-origin.js';
import type { PageContents } from '../../replay/page/page-contents.js';
import type { PageColumns } from '../drawing/page-data.js';
import { TextBudget } from '../words/text-budget.js';

/** How the code of a recording is called. */
export interface CodeNames {
  readonly nameOf: (code: CodeFunction) => string;
  readonly moduleOf: (file: string) => string;
  readonly originOf: (file: string) => CodeOrigin;
  readonly isNative: (frame: Pick<CodeFrame, 'function'>) => boolean;
  /** Whether it is one's own. */
  readonly isMine: (code: CodeFunction) => boolean;
}

/** In the order of originNames. */
const origins: readonly (CodeOrigin | 'native' | 'task')[] = [
  ...(['own', 'library', 'standard', 'native', 'none', 'task'] as const),
];

/** UTF-16 units of text that are kept whole; beyond them texts are cut short. */
const mostText = 2_000_000;

/** @returns the columns, and the texts that they refer to */
export function columnsOf(
  { stacks, states, calls, heat }: PageContents,
  names: CodeNames,
): { columns: PageColumns; texts: readonly string[] } {
  const texts = new Texts();
  const functions = new Functions(texts, names);
  // Frames of stacks that were cut off are left out with their names.
  const frameIds = new Map<number, number>();
  const frames = { function: [] as number[], line: [] as number[] };
  const nodeFrame = stacks.frameOf.map((at) => {
    if (at < 0) return 0;
    let id = frameIds.get(at);
    if (id === undefined) {
      id = frames.line.length;
      frameIds.set(at, id);
      const task = stacks.tasks.get(at);
      frames.function.push(
        task === undefined ? functions.indexOf(stacks.frames[at]!.function) : functions.indexOfTask(task),
      );
      frames.line.push(stacks.frames[at]!.line);
    }
    return id + 1;
  });
  const us = (ns: ArrayLike<number>) => Array.from(ns, (value) => Math.round(value / 1e3));
  const columns: PageColumns = {
    ...functions.columns,
    frameFunction: frames.function,
    frameLine: frames.line,
    nodeParent: stacks.parents.map((parent) => parent + 1),
    nodeFrame,
    stateLane: states.lane,
    stateSlice: states.slice,
    stateCount: states.count,
    stateState: states.key,
    stateUs: us(states.ns),
    callLane: calls.lane,
    callSlice: calls.slice,
    callCount: calls.count,
    callState: calls.state,
    callNode: calls.key.map((node) => node + 2),
    ...timeOf(calls),
    heatUs: us(heat.busyNs),
    missed: Array.from(heat.missed, Math.round),
    torn: Array.from(heat.torn, Math.round),
  };
  return { columns, texts: texts.list };
}

/** By entry µs, and ten-thousandths of them that are CPU time: as those hardly vary, they take little room. */
function timeOf({ ns, cpuNs }: PageContents['calls']): { callUs: number[]; callCpu: number[] } {
  // What has CPU time without wall time keeps it.
  const callUs = ns.map((value, at) => Math.max(cpuNs[at]! > 0 ? 1 : 0, Math.round(value / 1e3)));
  const callCpu = callUs.map((us, at) => (us === 0 ? 0 : Math.round((cpuNs[at]! * 10) / us)));
  return { callUs, callCpu };
}

class Texts {
  readonly list: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #budget = new TextBudget(mostText);

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.list.length);
    return this.list.push(this.#budget.show(text)) - 1;
  }
}

interface DescribedFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly module: string;
  readonly origin: (typeof origins)[number];
  readonly isMine: boolean;
}

class Functions {
  readonly columns = {
    functionName: [] as number[],
    functionFile: [] as number[],
    functionModule: [] as number[],
    functionLine: [] as number[],
    functionOrigin: [] as number[],
    functionMine: [] as number[],
  };
  readonly #indexes = new Map<string, number>();
  readonly #texts: Texts;
  readonly #names: CodeNames;

  constructor(texts: Texts, names: CodeNames) {
    this.#texts = texts;
    this.#names = names;
  }

  indexOf(code: CodeFunction): number {
    const { file, firstLine: line, kind } = code;
    const name = this.#names.nameOf(code);
    return this.#add(`${name}\0${file}\0${line}\0${kind}`, () => ({
      ...{ name, file, line, module: this.#names.moduleOf(file) },
      origin: this.#names.isNative({ function: code }) ? 'native' : this.#names.originOf(file),
      isMine: this.#names.isMine(code),
    }));
  }

  /** Of what stands for a task. */
  indexOfTask(name: string): number {
    const none = { file: '', line: 0, module: '', isMine: false };
    return this.#add(`task ${name}`, () => ({ name, ...none, origin: 'task' }));
  }

  #add(key: string, describe: () => DescribedFunction): number {
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const { columns } = this;
    const { name, file, line, module, origin, isMine } = describe();
    const index = columns.functionLine.push(line) - 1;
    this.#indexes.set(key, index);
    columns.functionName.push(this.#texts.indexOf(name));
    columns.functionFile.push(this.#texts.indexOf(file));
    columns.functionModule.push(this.#texts.indexOf(module));
    columns.functionOrigin.push(origins.indexOf(origin));
    columns.functionMine.push(isMine ? 1 : 0);
    return index;
  }
}
