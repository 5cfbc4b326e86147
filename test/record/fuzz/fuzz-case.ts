/**
 * One mutation: the recorder attaches to a damaged process, samples it a few times and dumps it. Samples that come back
 * as good must be what the memory says, by the oracle.
 */
import { PyspyError } from '../../../src/errors.js';
import type { DumpFrame } from '../../../src/format/dump-result.js';
import type { Pages } from '../../../src/platform/saved.js';
import { Interner } from '../../../src/record/code/interner.js';
import { Peek } from '../../../src/record/memory/peek.js';
import { ProcessSampler } from '../../../src/record/sampling/process-sampler.js';
import { snapshotOf } from '../../../src/record/session/snapshot.js';
import { probe, type Target } from '../../../src/record/target/target.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { standalone } from '../../../src/record/threads/sampler-context.js';
import { type Damage, HostileMemory, HostileProcess } from './hostile-memory.js';
import { current, pid, platform } from './machine.js';
import { Draft, mutationNames, mutations, type Places } from './mutations.js';
import { Oracle } from './oracle.js';
import { Random } from './random.js';
import { loadWorld, type World } from './saved-world.js';
import { Traced } from './traced.js';

/** What came of the mutations, by count. */
export type Tally = Map<string, number>;

export class Fuzzer {
  readonly #world: World;
  readonly #places: Places;
  readonly #target: Target;
  readonly #clean: Oracle;
  /** Ranges that attaching, and then a first tick, read of the undamaged process. */
  readonly #attachRanges: number;
  readonly #tickRanges: number;

  constructor(minor: string) {
    let world = loadWorld(minor, 0);
    const clean = new HostileProcess(world.pages);
    const { layout, saved } = { ...world, layout: attachTo(world, clean).layout };
    const states = listThreadStates(new Peek(new HostileMemory(clean)), layout, saved.runtime)!;
    world = loadWorld(minor, states.threads[0]!.address);
    this.#world = world;
    const process = new HostileProcess(world.pages);
    const read = new Set<number>();
    process.watch = (address, length) => {
      for (let at = address; at < address + length && length < 4096; at += 8) read.add(at);
    };
    this.#target = attachTo(world, process);
    this.#attachRanges = process.ranges;
    const traced = new Traced(sampler(this.#target, new Interner()));
    traced.tick();
    this.#tickRanges = process.ranges - this.#attachRanges;
    const oracle = new Oracle(world.pages, layout);
    this.#clean = oracle;
    const threads = states.threads.map(({ address }) => address);
    const codes = [...new Set(threads.flatMap((at) => oracle.stack(at)!.map(({ code }) => code)))];
    const fields = ['name', 'filename', ...(layout.code.qualname === null ? [] : ['qualname'])] as const;
    this.#places = {
      ...{ layout, runtime: saved.runtime, interpreters: states.interpreters, threads, codes },
      frames: threads.map((at) => oracle.frames(at)),
      strings: codes.flatMap((code) =>
        fields.map((field) => oracle.word(code + layout.code[field as 'name'])!),
      ),
      tables: codes.map((code) => oracle.word(code + layout.code.lineTable)!),
      ...{ read: [...read], pages: world.pages },
    };
  }

  /** @throws Error where the recorder did what it must not */
  run(seed: number, tally: Tally): HostileProcess {
    const random = new Random(seed);
    const process = new HostileProcess(this.#world.pages);
    current.process = process;
    current.world = this.#world;
    const isFresh = random.chance(0.4);
    const damage = this.#damage(random, isFresh);
    const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);
    let target = this.#target;
    if (isFresh) {
      process.damage = damage;
      const found = this.#attach(random.chance(0.2));
      if (found === null) {
        count('not attached');
        return process;
      }
      target = found;
    }
    const oracles = versions(damage).map(
      (pages) => new Oracle(pages, target.layout, this.#clean.typeOf(this.#places.codes[0]!)),
    );
    const clean = isFresh ? new Oracle(this.#world.pages, target.layout) : this.#clean;
    const traced = new Traced(sampler(target, new Interner()));
    try {
      if (!isFresh && random.chance(0.6)) count(traced.check([clean], []));
      process.damage = damage;
      process.ranges = isFresh ? process.ranges : 0;
      for (let round = 0; round < 2; round++) count(traced.check(oracles, [clean]));
      if (random.chance(0.3)) {
        process.damage = { ...damage, pages: this.#world.pages, later: null, flicker: null };
        count(traced.check([clean], oracles));
      }
    } finally {
      for (const [what, times] of traced.tally) tally.set(what, (tally.get(what) ?? 0) + times);
      traced.close();
    }
    process.damage = damage;
    if (random.chance(0.15)) count(dump(target));
    return process;
  }

  #attach(isStripped: boolean): Target | null {
    try {
      const found = probe(pid, {
        cache: isStripped ? this.#world.stripped : this.#world.symbols,
        final: true,
      });
      return found.kind === 'python' ? found.target : null;
    } catch (error) {
      if (error instanceof PyspyError && error.kind === 'target') return null;
      throw error;
    }
  }

  #damage(random: Random, isFresh: boolean): Damage {
    const { pages } = this.#world;
    const draft = new Draft(pages);
    const count = random.chance(0.5) ? 1 : 2 + random.below(8);
    for (let i = 0; i < count; i++) mutations[random.of(mutationNames)]!(draft, this.#places, random);
    const at = random.below((isFresh ? this.#attachRanges : 0) + this.#tickRanges * 2);
    const from = { from: random.chance(0.1) ? random.below(20) : at };
    const always: Damage = { pages: draft.pages, later: null, flicker: null, end: null };
    return random.of<() => Damage>([
      () => always,
      () => always,
      () => ({ ...always, pages, later: { ...from, pages: draft.pages } }),
      () => ({ ...always, later: { ...from, pages } }),
      () => ({ ...always, later: { ...from, pages: without(draft.pages, random) } }),
      () => ({ ...always, flicker: this.#flicker(random) }),
      () => ({ ...always, end: { ...from, fault: random.of(['gone', 'denied'] as const) } }),
    ])();
  }

  #flicker(random: Random): Damage['flicker'] {
    const { frames, threads, layout } = this.#places;
    const { frame, thread } = layout;
    const some = random.of(frames.filter((list) => list.length > 1));
    return random.of([
      () => ({ address: random.of(some) + frame.previous, value: BigInt(random.of(some)) }),
      () => ({ address: random.of(some) + frame.code, value: BigInt(random.of(this.#places.codes)) }),
      () => ({ address: random.of(some) + frame.previous, value: 0n }),
      () => ({ address: random.of(threads) + thread.frame, value: BigInt(random.of(some)) }),
      () => ({ address: random.of(threads) + thread.id, value: BigInt(random.below(1000)) }),
      () => ({ address: random.of(threads) + thread.next, value: BigInt(random.of(threads)) }),
    ])();
  }
}

function attachTo(world: World, process: HostileProcess): Target {
  current.world = world;
  current.process = process;
  const found = probe(pid, { cache: world.symbols, final: true });
  if (found.kind !== 'python')
    throw new Error(`the saved ${world.minor} was not recognized: ${JSON.stringify(found)}`);
  return found.target;
}

function sampler(target: Target, interner: Interner) {
  return {
    interner,
    sampler: new ProcessSampler({
      target,
      processId: 1,
      platform,
      interner,
      ...standalone(),
    }),
  };
}

function without(pages: Pages, random: Random): Pages {
  const left = new Map(pages);
  const addresses = [...pages.keys()];
  for (let i = 0; i < 1 + random.below(10); i++) left.delete(random.of(addresses));
  return left;
}

/** All that the memory is at one time or another. */
function versions({ pages, later, flicker, end }: Damage): Pages[] {
  // What ends while it is read is not the same from read to read, either.
  const list = later !== null ? [pages, later.pages] : end !== null ? [pages, pages] : [pages];
  if (flicker === null) return list;
  return list.flatMap((version) => {
    const draft = new Draft(version);
    draft.set(flicker.address, flicker.value);
    return [version, draft.pages];
  });
}

function dump(target: Target): string {
  try {
    const { processes } = snapshotOf(target, {
      localsLength: 200,
      tasks: false,
      greenlets: false,
      native: false,
    });
    for (const thread of processes[0]!.threads) for (const frame of thread.frames) expectFrame(frame);
    return 'dumped';
  } catch (error) {
    if (error instanceof PyspyError && error.kind === 'target') return 'not dumped';
    throw error;
  }
}

function expectFrame({ function: name, file, line }: DumpFrame): void {
  if (name.isWellFormed() && file.isWellFormed() && name.length <= 8193 && line >= 0 && line < 2 ** 31)
    return;
  throw new Error(`no frame: ${JSON.stringify([name, file, line])}`);
}
