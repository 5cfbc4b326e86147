/**
 * To 3.10 each Python frame has a call of the evaluation loop of its own, which holds the frame's address in a register, the same
 * one throughout in a build. Which function and which register that is, is learned by vote: callers of the loop hold the address,
 * too, but none of them is as large, and large functions that hold it by chance get few votes.
 */

import type { RegisterSet } from './registers.js';
import type { PythonRun, Sides } from './sides.js';

/** Functions that hold addresses of frames are few; a stack that lies can name any. */
const maxCandidates = 10_000;

interface Candidate {
  readonly start: number;
  readonly register: number;
  readonly size: number;
  votes: number;
}

export class EvaluationLoop {
  readonly #set: RegisterSet;
  readonly #candidates = new Map<string, Candidate>();

  constructor(set: RegisterSet) {
    this.#set = set;
  }

  /** Counts which functions hold the addresses of a thread's Python frames. */
  learn({ stack, native }: Sides): void {
    const wanted = new Set<number>();
    for (let i = 0; i < stack.depth; i++) wanted.add(stack.address[stack.place[i]!]!);
    for (const { code, registers } of native.frames) {
      if (code?.rule == null) continue;
      for (const register of this.#set.preserved) {
        if (!wanted.has(registers[register]!)) continue;
        const { start } = code;
        const key = `${start} ${register}`;
        const known = this.#candidates.get(key);
        if (known !== undefined) known.votes++;
        else if (this.#candidates.size < maxCandidates) {
          const size = code.rule.end - code.rule.start;
          this.#candidates.set(key, { start, register, size, votes: 1 });
        }
      }
    }
  }

  /** As `findRuns`. */
  runs({ stack, native }: Sides): PythonRun[] | null {
    if (stack.depth === 0) return [];
    const loop = this.#elected();
    if (loop === null) return null;
    const runs: PythonRun[] = [];
    let others = 0;
    for (const [index, { code, registers }] of native.frames.entries()) {
      if (code?.start !== loop.start) continue;
      const held = registers[loop.register]!;
      const last = runs.length - 1;
      // A call that begins or ends runs no frame of the stack, and may still hold its caller's: the outermost holder runs it.
      if (last >= 0 && held === stack.address[stack.place[last]!]) {
        runs[last] = { ...runs[last]!, native: index };
        others++;
        continue;
      }
      if (runs.length === stack.depth) continue;
      // What the innermost call calls need not have saved the register. But that call runs the newest frame.
      const isUnsaved = Number.isNaN(held) && runs.length === 0;
      if (!isUnsaved && held !== stack.address[stack.place[runs.length]!]) others++;
      else runs.push({ from: runs.length, to: runs.length + 1, native: index });
    }
    // Only the innermost call can be one that begins or ends; where no other is known, it cannot be told from one.
    const isCut = native.end !== 'start' && others === 0 && runs.length !== 1;
    return runs.length === stack.depth || isCut ? runs : null;
  }

  #elected(): Candidate | null {
    let most = 0;
    for (const { votes } of this.#candidates.values()) most = Math.max(most, votes);
    let best: Candidate | null = null;
    for (const candidate of this.#candidates.values())
      if (candidate.votes * 2 >= most && candidate.size > (best?.size ?? 0)) best = candidate;
    return best;
  }
}
