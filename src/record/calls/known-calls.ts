/** Which code calls which, from where, and which is outermost, as far as that has been seen. */

import type { Memory } from '../../platform/memory.js';
import { type CallSite, type SiteKind, siteKind } from '../code/call-site.js';
import type { CodeCache } from '../code/code-cache.js';
import type { CodeEntry } from '../code/code-entry.js';
import { unitOf } from '../code/instructions.js';
import type { Entering } from '../layouts/call-sites.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { type Call, CallEvidence } from './called-objects.js';
import type { CodeFacts, SeenCall } from './code-facts.js';
import { FunctionCodes } from './function-codes.js';
import { NamedCalls } from './named-calls.js';

/** Sightings after which code is known to be that of outermost frames. */
const enoughRoots = 4;

/** Bytes of bytecode that a frame goes on through while the rest of its stack is being read. */
const maxPassed = 128;

export class KnownCalls implements CodeFacts {
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #codes: CodeCache;
  readonly #named: NamedCalls;
  readonly #evidence: CallEvidence;
  /** Of code that was seen to be outermost, how often, and the walk in which it was seen last, null if in none. */
  readonly #roots = new WeakMap<CodeEntry, { sightings: number; walk: number | null }>();
  readonly #functions: FunctionCodes;

  /** @param peek of the same memory */
  constructor(layout: Layout, memory: Memory, peek: Peek, codes: CodeCache) {
    this.#layout = layout;
    this.#evidence = new CallEvidence(layout, memory, peek);
    this.#peek = peek;
    this.#codes = codes;
    this.#named = new NamedCalls(layout, peek);
    this.#functions = new FunctionCodes(layout, peek);
  }

  isGenerator(code: number): boolean {
    return this.#codes.isGenerator(code);
  }

  slots(code: number): number {
    return this.#codes.slots(code);
  }

  variables(code: number): number {
    return this.#codes.known(code)?.variables ?? 0;
  }

  site(code: number, instruction: number) {
    return this.#codes.site(code, instruction);
  }

  knows(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return false;
    const site = entry.sites.get(instruction);
    if (site === undefined) return false;
    const isElsewhere = entry.calls.has(called);
    if (site.knows(called, isElsewhere) && !this.#isExcluded(entry, site, instruction, called)) return true;
    return site.mayKnow(called, isElsewhere) && this.#isPossible(entry, site, instruction, called);
  }

  /**
   * Whether the caller's code calls such a function on other lines, and not on this one: copies that agree on that are mixtures, however
   * many there are. Only what was found in memory says otherwise.
   */
  #isExcluded(entry: CodeEntry, site: CallSite<CodeEntry>, instruction: number, called: CodeEntry): boolean {
    if (called.isGenerator || site.isCertain(called)) return false;
    return site.excludes(
      called,
      () =>
        this.#named.isOnOtherLines(entry, this.#codes.position(entry, instruction), called) &&
        !this.#isPossible(entry, site, instruction, called),
    );
  }

  isEntered(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return false;
    return this.#isEnteredAt(entry, this.#codes.siteOf(entry, instruction), instruction, called);
  }

  #isEnteredAt(entry: CodeEntry, site: CallSite<CodeEntry>, instruction: number, called: CodeEntry): boolean {
    const isPossible = site.kind === siteKind.other && !called.isGenerator;
    return isPossible && site.names(called, () => this.#enters(entry, instruction, called));
  }

  #enters(entry: CodeEntry, instruction: number, called: CodeEntry): boolean {
    const { property, subscript } = this.#layout.callSites;
    const position = this.#codes.position(entry, instruction);
    /** Its argument, if it is that instruction. */
    const argumentOf = (entering: Entering | null): number | null => {
      if (entering === null || position < 2 * entering.behind) return null;
      const unit = unitOf(this.#peek, this.#layout, entry.address, instruction - 2 * entering.behind);
      return unit?.[0] === entering.opcode ? unit[1] : null;
    };
    if (called.name === '__getitem__' && argumentOf(subscript) !== null) return true;
    const named = argumentOf(property);
    if (property === null || named === null) return false;
    return this.#named.attribute(entry, position - 2 * property.behind, named) === called.name;
  }

  /** Whether the code of the caller says that it can be called from there. */
  #isPossible(entry: CodeEntry, site: CallSite<CodeEntry>, instruction: number, called: CodeEntry): boolean {
    site.unit ??= unitOf(this.#peek, this.#layout, entry.address, instruction);
    if (site.unit === null) return false;
    const position = this.#codes.position(entry, instruction);
    return this.#named.isPossible({ caller: entry, kind: site.kind, position }, site.unit, called);
  }

  doubts(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return false;
    const site = this.#codes.siteOf(entry, instruction);
    return (
      (entry.calls.has(called) && !site.knows(called, true)) ||
      this.#isExcluded(entry, site, instruction, called)
    );
  }

  isOpen(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined || entry.calls.has(called)) return false;
    const { kind } = this.#codes.siteOf(entry, instruction);
    return this.#named.isOpen(entry, kind, this.#codes.position(entry, instruction), called);
  }

  isCalledFrom(caller: number, instruction: number, slot: number): boolean {
    return this.#codes.known(caller)?.sites.get(instruction)?.isSlot(slot) === true;
  }

  learnSlot(caller: number, instruction: number, slot: number, sightings: number): void {
    const entry = this.#codes.known(caller);
    if (entry !== undefined) this.#codes.siteOf(entry, instruction).seeSlot(slot, sightings);
  }

  see(caller: number, instruction: number, callee: number, isAgreed: boolean): void {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return;
    const count = this.#codes.siteOf(entry, instruction).see(called, isAgreed);
    entry.calls.add(called);
    countMost(entry, called, count);
  }

  trusts(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return false;
    const site = entry.sites.get(instruction);
    return site?.trusts(called, entry.mostSeen.get(called) ?? 0, called.isGenerator) === true;
  }

  foresee(caller: number, instruction: number, function_: number): void {
    const code = this.#functions.lasting(function_);
    // Calling a generator function only makes the generator.
    if (code !== null && !this.#codes.isGenerator(code)) this.see(caller, instruction, code, false);
  }

  isOf(function_: number, code: number): boolean {
    return this.#functions.isOf(function_, code);
  }

  callBefore(caller: number, instruction: number, callee: number): number | null {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return null;
    const isElsewhere = entry.calls.has(called);
    const end = this.#codes.position(entry, instruction);
    // A frame that stands nowhere, or has not begun, has not gone on.
    if (end < 0 || (entry.lines.end > 0 && end > entry.lines.end)) return null;
    let nearest: number | null = null;
    let least = maxPassed;
    let [sites, only] = [0, instruction];
    for (const [before, site] of entry.sites) {
      const isKnown =
        site.isProven(called, entry.mostSeen.get(called) ?? 0, called.isGenerator) ||
        this.#isEnteredAt(entry, site, before, called) ||
        (site.mayKnow(called, isElsewhere) && this.#isPossible(entry, site, before, called));
      if (!isKnown) continue;
      sites++;
      only = before;
      const passed = end - this.#codes.position(entry, before);
      if (passed <= 0 || passed > least) continue;
      least = passed;
      nearest = before;
    }
    return sites === 1 ? only : nearest;
  }

  learn({ caller, instruction, callee }: SeenCall, walk: number, sightings: number): void {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry === undefined || called === undefined) return;
    countMost(entry, called, this.#codes.siteOf(entry, instruction).learn(called, walk, sightings));
  }

  search(callerCode: number, call: Omit<Call, 'resumes'>, walk: number): void {
    const [entry, called] = [this.#codes.known(callerCode), this.#codes.known(call.code)];
    if (entry === undefined || called === undefined) return;
    const site = this.#codes.siteOf(entry, call.instruction);
    if (site.kind !== siteKind.calls && site.kind !== siteKind.resumes) return;
    if (!site.isNews(called, walk)) return;
    // Calling a generator function only makes the generator: no evidence that it runs.
    const asked = { ...call, resumes: site.kind === siteKind.resumes || called.isGenerator };
    const position = this.#codes.position(entry, call.instruction);
    // What is left on the evaluation stack from an earlier call is no evidence where what is called is known by its name.
    const isHeld =
      this.#named.holds({ caller: entry, kind: site.kind, position }, call.caller, called) ??
      this.#isHeld(entry, site.kind, position, asked);
    if (!isHeld) return;
    site.believe(called);
    entry.calls.add(called);
    this.#named.prove(entry, site.kind, position, called);
  }

  /** Whether the caller's evaluation stack holds what is called. */
  #isHeld(entry: CodeEntry, kind: SiteKind, position: number, call: Call): boolean {
    if (!call.resumes || kind === siteKind.resumes) return this.#evidence.isHeld(call, entry.slots);
    const given = this.#named.calledWith(entry, position, call.caller);
    return given !== null && this.#evidence.isHeld(call, entry.slots, given);
  }

  knowsRoot(code: number): boolean {
    const entry = this.#codes.known(code);
    return entry !== undefined && (this.#roots.get(entry)?.sightings ?? 0) >= enoughRoots;
  }

  learnRoot(code: number, walk: number, sightings: number): void {
    const entry = this.#codes.known(code);
    if (entry === undefined) return;
    const known = this.#roots.get(entry) ?? { sightings: 0, walk: null };
    if (known.walk !== walk) known.sightings += sightings;
    known.walk = walk;
    this.#roots.set(entry, known);
  }
}

function countMost({ mostSeen }: CodeEntry, called: CodeEntry, count: number): void {
  if (count > (mostSeen.get(called) ?? 0)) mostSeen.set(called, count);
}
