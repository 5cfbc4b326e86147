/** Which code calls which, from where, and which is outermost, as far as that has been seen. */

import type { Memory } from '../../platform/memory.js';
import { type CallSite, type SiteKind, siteKind } from '../code/call-site.js';
import type { CodeCache } from '../code/code-cache.js';
import type { CodeEntry } from '../code/code-entry.js';
import { unitOf } from '../code/instructions.js';
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { type Call, CallEvidence } from './called-objects.js';
import type { CodeFacts } from './code-facts.js';
import { NamedCalls } from './named-calls.js';

/** Sightings after which code is known to be that of outermost frames. */
const enoughRoots = 4;

export class KnownCalls implements CodeFacts {
  readonly #layout: Layout;
  readonly #peek: Peek;
  readonly #codes: CodeCache;
  readonly #named: NamedCalls;
  readonly #evidence: CallEvidence;
  /** Of code that was seen to be outermost, how often, and the walk in which it was seen last. */
  readonly #roots = new WeakMap<CodeEntry, { sightings: number; walk: number }>();

  /** @param peek of the same memory */
  constructor(layout: Layout, memory: Memory, peek: Peek, codes: CodeCache) {
    this.#layout = layout;
    this.#evidence = new CallEvidence(layout, memory, peek);
    this.#peek = peek;
    this.#codes = codes;
    this.#named = new NamedCalls(layout, peek);
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
    return (
      site.knows(called, isElsewhere) ||
      (site.mayKnow(called, isElsewhere) && this.#isPossible(entry, site, instruction, called))
    );
  }

  /** Whether the code of the caller says that it can be called from there. */
  #isPossible(entry: CodeEntry, site: CallSite<CodeEntry>, instruction: number, called: CodeEntry): boolean {
    site.unit ??= unitOf(this.#peek, this.#layout, entry.address, instruction);
    if (site.unit === null) return false;
    const position = this.#codes.position(entry, instruction);
    return this.#named.isPossible(entry, site.kind, position, site.unit, called);
  }

  doubts(caller: number, instruction: number, callee: number): boolean {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    return (
      entry !== undefined &&
      called !== undefined &&
      entry.calls.has(called) &&
      entry.sites.get(instruction)?.knows(called, true) !== true
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

  see(caller: number, callee: number): void {
    const called = this.#codes.known(callee);
    if (called !== undefined) this.#codes.known(caller)?.calls.add(called);
  }

  learn(caller: number, instruction: number, callee: number, walk: number, sightings: number): void {
    const [entry, called] = [this.#codes.known(caller), this.#codes.known(callee)];
    if (entry !== undefined && called !== undefined)
      this.#codes.siteOf(entry, instruction).learn(called, walk, sightings);
  }

  search(callerCode: number, call: Omit<Call, 'resumes'>, walk: number): void {
    const [entry, called] = [this.#codes.known(callerCode), this.#codes.known(call.code)];
    if (entry === undefined || called === undefined) return;
    const site = this.#codes.siteOf(entry, call.instruction);
    if (site.kind !== siteKind.calls && site.kind !== siteKind.resumes) return;
    if (!site.isNews(called, walk)) return;
    // A generator's function only makes it: it is no evidence that the generator runs.
    const asked = { ...call, resumes: site.kind === siteKind.resumes || called.isGenerator };
    const position = this.#codes.position(entry, call.instruction);
    // What is left on the evaluation stack from an earlier call is no evidence where what is called is known by its name.
    const isHeld =
      this.#named.holds(entry, site.kind, position, call.caller, called) ??
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
    const known = this.#roots.get(entry) ?? { sightings: 0, walk: -1 };
    if (known.walk !== walk) known.sightings += sightings;
    known.walk = walk;
    this.#roots.set(entry, known);
  }
}
