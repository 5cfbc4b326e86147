/**
 * Judges a walked stack: whether each of its frames is known to have called the one before, from the outermost one inwards.
 */

import type { Memory } from '../../platform/memory.js';
import type { CodeFacts } from '../calls/code-facts.js';
import { link, type Stack } from './stack.js';
import type { NewestFrame, StackWalk, WalkResult } from './stack-walk.js';
import type { ThreadFrames } from './thread-frames.js';

/** How often in a row all copies must agree on calls that are not to be seen: usually, with generators, for a new outermost frame or frames read apart. */
const readsNeeded = { usual: 2, generator: 3, root: 6 };

/** How many of the innermost calls can be over in the microseconds that a read takes. */
const mostOver = 3;

export class StackJudge {
  readonly #walked: StackWalk;
  readonly #codes: CodeFacts;
  /** Whether a call that is not known joins frames that were read apart. */
  #isApart = false;
  readonly #isObject: boolean;

  /**
   * @param isObject whether frames are objects (to 3.10): at the address of one that is in use no other begins, and the next of
   *   the same function is most often there
   */
  constructor(walked: StackWalk, codes: CodeFacts, isObject: boolean) {
    this.#isObject = isObject;
    this.#walked = walked;
    this.#codes = codes;
  }

  /** Walks one copy of what a read brought, and judges it: `thread.stack` then holds the stack. See `StackWalk.walk`. */
  judge(thread: ThreadFrames, memory: Memory, copy: number, newest: NewestFrame): WalkResult {
    const walked = this.#walked;
    const result = walked.walk(thread, memory, copy, newest);
    if (result !== null) return result;
    const { stack } = thread;
    const { depth } = stack;
    stack.proven = depth;
    this.#isApart = false;
    let isAgreed = walked.isNewestSame && thread.copyCount > 1;
    // From the outermost frame inwards up to the first call that is not known.
    for (let caller = 1; caller < depth; caller++) {
      if (this.isKnown(thread, caller) || this.#isJustOver(stack, caller)) continue;
      stack.proven = depth - caller;
      if ((stack.links[caller]! & link.near) === 0) this.#isApart = true;
      isAgreed &&=
        (stack.links[caller]! & link.agreed) !== 0 &&
        !this.#codes.doubts(stack.code[caller]!, stack.instruction[caller]!, stack.code[caller - 1]!);
    }
    // The pointer to the newest frame can lead to an entry frame that was just left: the walk then meets no Python frame,
    // though there are some.
    if (depth === 0 && stack.leftOut === 0 && !(thread.isSteady && thread.before.depth === 0))
      return isAgreed ? 'agreed' : 'torn';
    if (!this.#isRootKnown(stack)) {
      stack.proven = 0;
      isAgreed &&= walked.isWhole && walked.isRootAgreed;
    }
    return stack.proven === depth ? 'steady' : isAgreed ? 'agreed' : 'torn';
  }

  /** Whether it is known that a frame called the one before it. */
  isKnown({ stack, before }: ThreadFrames, caller: number): boolean {
    // Between these two others were left out.
    if (stack.truncated && caller === stack.cut) return true;
    const code = stack.code[caller]!;
    const instruction = stack.instruction[caller]!;
    const called = stack.code[caller - 1]!;
    // Most have not changed since the last tick; levels are counted from the outermost.
    const then = before.depth - stack.depth + caller;
    const isAsBefore =
      then > 0 &&
      before.code[then] === code &&
      before.instruction[then] === instruction &&
      before.code[then - 1] === called &&
      !before.truncated;
    if (isAsBefore) return true;
    if (!this.isSeen(stack, caller) && !this.#isEntered(stack, caller))
      return this.#codes.knows(code, instruction, called);
    const isAgreed = (stack.links[caller]! & link.agreed) !== 0;
    this.#codes.see(code, instruction, called, isAgreed);
    if ((stack.links[caller]! & link.exact) !== 0)
      this.#codes.learnSlot(code, instruction, stack.links[caller]! >>> link.slotShift, 1);
    return isAgreed || this.#codes.trusts(code, instruction, called);
  }

  /** Whether a frame waits for what it entered at an instruction that enters the one before it, though it is no call. */
  #isEntered({ code, instruction, links }: Stack, caller: number): boolean {
    return (
      (links[caller]! & link.waits) !== 0 &&
      this.#codes.isEntered(code[caller]!, instruction[caller]!, code[caller - 1]!)
    );
  }

  /**
   * Whether a frame has gone on from its call of the one before, which was running as the read began and is over since. The frame
   * is then put back to that call.
   */
  #isJustOver({ code, instruction, links }: Stack, caller: number): boolean {
    if (caller > mostOver) return false;
    if ((links[caller]! & link.near) === 0 && !this.#isObject) return false;
    const call = this.#codes.callBefore(code[caller]!, instruction[caller]!, code[caller - 1]!);
    if (call === null) return false;
    instruction[caller] = call;
    return true;
  }

  /** Whether a frame holds the one before it where it holds what it calls. */
  isSeen({ code, instruction, links }: Stack, caller: number): boolean {
    const bits = links[caller]!;
    return (
      (bits & link.seen) !== 0 &&
      ((bits & link.exact) !== 0 ||
        this.#codes.isCalledFrom(code[caller]!, instruction[caller]!, bits >>> link.slotShift))
    );
  }

  #isRootKnown({ depth, code, leftOut }: Stack): boolean {
    if (depth === 0 || leftOut === Number.POSITIVE_INFINITY) return true;
    return this.#walked.isWhole && this.#codes.knowsRoot(code[depth - 1]!);
  }

  /** How often in a row all copies must agree on the stack that was judged last. */
  agreementsNeeded({ stack }: ThreadFrames): number {
    return stack.proven === 0 || this.#isApart
      ? readsNeeded.root
      : this.#walked.hasGenerator
        ? readsNeeded.generator
        : readsNeeded.usual;
  }
}
