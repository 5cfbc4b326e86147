/** A window sample by sample, for `export --format jsonl`. */
import { type StackedLine, stackJson } from '../../format/foreign/json-lines.js';
import { status } from '../../format/vocabulary.js';
import { emptyStack, functionName, unknownStack } from '../names/code-name.js';
import { type FrameDetail, frameText } from '../names/frame-text.js';
import type { Walk } from '../samples/runs.js';
import { statusWords } from '../samples/status-words.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { listNodeRuns } from './node-runs.js';

/** Texts of stacks are remembered up to this many characters. */
const rememberedCharacters = 32_000_000;

/** @param fold of the same window and filter */
export function* listSamples(fold: Fold, walk: Walk, detail: FrameDetail): Generator<StackedLine, void> {
  const stacks = new StackTexts(fold, detail);
  for (const run of listNodeRuns(fold, walk, { single: true, cpu: true })) {
    const { thread, label } = run.namedThread;
    yield {
      line: {
        time_s: run.tickNs / 1e9,
        pid: thread.process.pid,
        thread: label,
        thread_id: thread.osId,
        task: fold.taskOf(run.stack),
        wall_s: (run.toNs - run.fromNs) / 1e9,
        cpu_s: run.bits & status.stateUnknown ? null : run.cpuNs / 1e9,
        ...statusWords(run.bits),
      },
      stackJson: stacks.get(run.node),
    };
  }
}

class StackTexts {
  readonly #fold: Fold;
  readonly #frames: readonly string[];
  readonly #detail: FrameDetail;
  readonly #known = new Map<number, string>();
  #characters = 0;

  constructor(fold: Fold, detail: FrameDetail) {
    this.#fold = fold;
    this.#detail = detail;
    this.#frames = fold.forest.frames.map((frame) => frameText(frame, detail));
  }

  get(node: number): string {
    let text = this.#known.get(node);
    if (text !== undefined) return text;
    text = this.#write(node);
    if (this.#characters > rememberedCharacters) {
      this.#known.clear();
      this.#characters = 0;
    }
    this.#known.set(node, text);
    this.#characters += text.length;
    return text;
  }

  #write(node: number): string {
    const { frames, frameOf, parents } = this.#fold.forest;
    if (node < 0) {
      const name = node === unreadNode ? unknownStack : emptyStack;
      return stackJson({ function: name, file: null, line: null, stack: [] });
    }
    const stack: string[] = [];
    for (let at = node; at >= 0; at = parents[at]!) stack.push(this.#frames[frameOf[at]!]!);
    const { function: code, line } = frames[frameOf[node]!]!;
    return stackJson({
      function: functionName(code),
      file: this.#detail === 'name' || code.file === '' ? null : code.file,
      line: this.#detail === 'line' && line > 0 ? line : null,
      stack: stack.reverse(),
    });
  }
}
