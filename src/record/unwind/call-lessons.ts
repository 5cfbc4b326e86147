/** Learns from walked stacks which code calls which from where, for later walks. */
import type { CodeFacts } from '../calls/code-facts.js';
import type { Layout } from '../layouts/layout.js';
import { heldFrames, link } from './stack.js';
import type { StackJudge } from './stack-judge.js';
import type { StackWalk } from './stack-walk.js';
import type { ThreadFrames } from './thread-frames.js';

/** Calls of one stack that are searched for in memory at a time. */
const maxSearched = 64;

export class CallLessons {
  readonly #walked: StackWalk;
  readonly #codes: CodeFacts;
  readonly #judge: StackJudge;
  /** Whether frames say themselves which function they are of (3.11+). */
  readonly #framesTell: boolean;

  constructor(layout: Layout, walked: StackWalk, codes: CodeFacts, judge: StackJudge) {
    this.#framesTell = layout.frame.called !== null;
    this.#walked = walked;
    this.#codes = codes;
    this.#judge = judge;
  }

  /**
   * Searches memory for the calls that are not known, where frames themselves do not tell.
   * @param walk its number
   */
  search(thread: ThreadFrames, walk: number): void {
    if (this.#framesTell) return;
    const { code, instruction, address, place, depth, proven } = thread.stack;
    for (
      let caller = Math.max(1, depth - proven - maxSearched + 1);
      caller <= depth - proven && caller < depth;
      caller++
    ) {
      if (this.#judge.isKnown(thread, caller)) continue;
      const call = {
        caller: address[place[caller]!]!,
        instruction: instruction[caller]!,
        called: address[place[caller - 1]!]!,
        code: code[caller - 1]!,
      };
      this.#codes.search(code[caller]!, call, walk);
    }
  }

  /**
   * Takes note of what the innermost frames say that they wait for: a function that is over at once is never met together
   * with its caller.
   */
  foresee({ stack }: ThreadFrames): void {
    const { code, instruction, waitsFor, depth } = stack;
    for (let i = 0; i < Math.min(depth, heldFrames); i++)
      if (waitsFor[i] !== 0) this.#codes.foresee(code[i]!, instruction[i]!, waitsFor[i]!);
  }

  /**
   * Takes note of the calls that all copies agree on, though they are not to be seen, and of where callers hold what they call.
   * @param isBelieved whether the whole stack is
   */
  learn(thread: ThreadFrames, walk: number, isBelieved: boolean): void {
    const { stack } = thread;
    const { code, instruction, links, depth, truncated, cut } = stack;
    for (let caller = 1; caller < depth; caller++) {
      const bits = links[caller]!;
      if ((bits & link.seen) !== 0 && (bits & link.agreed) !== 0)
        this.#codes.learnSlot(
          code[caller]!,
          instruction[caller]!,
          bits >>> link.slotShift,
          isBelieved ? 2 : 1,
        );
      if (this.#judge.isSeen(stack, caller)) {
        this.#codes.see(code[caller]!, instruction[caller]!, code[caller - 1]!, (bits & link.agreed) !== 0);
        continue;
      }
      // Copies of frames that were read apart are mixtures as often as not.
      if ((links[caller]! & link.agreed) === 0 || (truncated && caller === cut)) continue;
      const isNear = (links[caller]! & link.near) !== 0;
      if (!isNear && !this.#codes.isOpen(code[caller]!, instruction[caller]!, code[caller - 1]!)) continue;
      const call = { caller: code[caller]!, instruction: instruction[caller]!, callee: code[caller - 1]! };
      this.#codes.learn(call, walk, isBelieved ? 2 : 1);
    }
    if (depth > 0 && this.#walked.isWhole && this.#walked.isRootAgreed)
      this.#codes.learnRoot(code[depth - 1]!, walk, isBelieved ? 4 : 1);
  }
}
