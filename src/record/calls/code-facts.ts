/** What the walk along a thread's frames needs to know of code objects and their calls. */
import type { SiteKind } from '../code/call-site.js';
import type { Call } from './called-objects.js';

/** A call by addresses: of the caller's code, of where it stands, and of the code that it called. */
export interface SeenCall {
  readonly caller: number;
  readonly instruction: number;
  readonly callee: number;
}

/** What is known of code objects, by their address. */
export interface CodeFacts {
  /** Whether it is that of a generator or a coroutine. */
  isGenerator(code: number): boolean;
  /** Values that a frame of it has room for, and how many of these are variables; 0 if that is not known. */
  slots(code: number): number;
  variables(code: number): number;
  /** What a frame of it does that stands at an instruction. */
  site(code: number, instruction: number): SiteKind;
  /** Whether it is known that a frame that stands at an instruction has called one of other code, if through C. */
  knows(caller: number, instruction: number, callee: number): boolean;
  /** Whether the instruction is one that enters such a function, without a call: a property's, or `__getitem__`. */
  isEntered(caller: number, instruction: number, callee: number): boolean;
  /** Whether such a call, which is not known, is to be doubted even if all copies agree. */
  doubts(caller: number, instruction: number, callee: number): boolean;
  /** Whether copies that agree are enough to learn such a call, though its frames were read apart: nothing else is known of there. */
  isOpen(caller: number, instruction: number, callee: number): boolean;
  /** Whether what a frame that stands at an instruction calls lies in a slot of its evaluation stack: the same at every call. */
  isCalledFrom(caller: number, instruction: number, slot: number): boolean;
  /** Takes note that what was called lay there, as all copies of a walk say. */
  learnSlot(caller: number, instruction: number, slot: number, sightings: number): void;
  /** Takes note that a frame that stood at an instruction held what it called. */
  see(caller: number, instruction: number, callee: number, isAgreed: boolean): void;
  /** Whether what such a frame holds was called by it: between two reads it may have gone on to another call. See `CallSite`. */
  trusts(caller: number, instruction: number, callee: number): boolean;
  /** Whether a function object is that of some code. */
  isOf(function_: number, code: number): boolean;
  /** Takes note that a frame that stood at an instruction held a function as what it waits for. */
  foresee(caller: number, instruction: number, function_: number): void;
  /** The last instruction shortly before another from which such a call is known, or was seen; null if there is none. */
  callBefore(caller: number, instruction: number, callee: number): number | null;
  /** Takes note of such a call that all copies of a walk agree on. See `CallSite`. */
  learn(call: SeenCall, walk: number, sightings: number): void;
  /** Looks in the target's memory for a call that is not known, where frames do not tell, once in a walk. */
  search(callerCode: number, call: Omit<Call, 'resumes'>, walk: number): void;
  /** Whether the code is known to be that of outermost frames; and takes note of one that was seen to be. */
  knowsRoot(code: number): boolean;
  learnRoot(code: number, walk: number, sightings: number): void;
}
