/** Who holds the GIL, whether there is one, and who waits for it: from where the version keeps it. */
import { status } from '../../format/vocabulary.js';
import type { RangeList } from '../../platform/memory.js';
import type { ThreadLibrary } from '../../platform/thread-library.js';
import { gilMutexes, type Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { pointerIn } from '../memory/pointers.js';
import type { StaticVariables } from '../target/locate.js';
import type { Target } from '../target/target.js';
import { WaiterCount } from './gil-waiters.js';

/** Bytes that hold all that is used of a GIL. */
const gilBytes = 32;

type GilTarget = Pick<Target, 'layout' | 'runtime' | 'variables' | 'sleepsOnConditions'>;

export class GilReader {
  readonly #layout: Layout;
  readonly #runtime: number;
  readonly #variables: StaticVariables;
  /** Whether a thread that waits is seen to sleep on what it waits on. */
  readonly #isSeen: boolean;
  /** Addresses of the GILs of the interpreters (which may share one), and where their ranges land. */
  #gils: number[] = [];
  #offsets: number[] = [];
  /** What threads sleep on that wait for a GIL; and its size. */
  #waits: number[] = [];
  #waitBytes: number;
  /** By GIL, where the condition variables that count its waiters land. */
  #counted: number[][] = [];
  #waiterCount: WaiterCount;
  /** The GIL of each interpreter, where they have their own, and the GILs that are switched off (free-threaded). */
  readonly #gilOf = new Map<number, number>();
  readonly #off = new Set<number>();
  /** By GIL. */
  readonly #isHeld: boolean[] = [];
  /** Thread states that hold a GIL. */
  readonly holders = new Set<number>();

  readonly #library: ThreadLibrary;
  /**
   * From 3.7 on cond, mutex, switch_cond and switch_mutex stand behind each other (Include/internal/pycore_gil.h): a thread that
   * gave the GIL up on demand waits at the third until another thread has it, and then for its return. The size of all four, and
   * where switch_cond lies.
   */
  readonly #gilWaitBytes: number;
  readonly #switchConditionAt: number;
  /** Bytes by which what is behind the mutexes lies further on than rows say. */
  readonly #mutexesLonger: number;

  constructor({ layout, runtime, variables, sleepsOnConditions }: GilTarget, library: ThreadLibrary) {
    this.#library = library;
    this.#mutexesLonger = gilMutexes.count * (library.mutexBytes - gilMutexes.bytes);
    this.#switchConditionAt = library.conditionBytes + library.mutexBytes;
    this.#gilWaitBytes = this.#waitBytes = 2 * this.#switchConditionAt;
    this.#waiterCount = new WaiterCount(library.conditionWaiters);
    this.#layout = layout;
    this.#runtime = runtime;
    this.#variables = variables;
    this.#isSeen = sleepsOnConditions;
  }

  /** To be called when the list of interpreters was read anew. */
  find(peek: Peek, interpreters: readonly number[]): void {
    const place = this.#layout.gil;
    switch (place.kind) {
      case 'variable': {
        const { currentThread, gilCondition, gilLock } = this.#variables;
        this.#gils = currentThread === null ? [] : [currentThread];
        this.#waits = gilCondition === null ? [] : [gilCondition];
        // The lock is made when the first thread is started; before that nobody waits.
        if (gilLock !== null) this.#waits = [peek.pointer(gilLock) ?? 0];
        this.#waitBytes = gilLock !== null ? this.#library.semaphoreBytes : this.#library.conditionBytes;
        if (gilLock !== null) this.#waiterCount = new WaiterCount(this.#library.semaphoreWaiters);
        break;
      }
      case 'runtime':
        this.#gils = [this.#runtime + place.current + this.#mutexesLonger];
        this.#waits = place.waiters === null ? [] : [this.#runtime + place.waiters];
        break;
      case 'interpreter':
        this.#gilOf.clear();
        for (const interpreter of interpreters)
          this.#gilOf.set(interpreter, peek.pointer(interpreter + place.gil) ?? 0);
        this.#gils = [...new Set(this.#gilOf.values())].filter((gil) => gil !== 0);
        this.#waits = this.#gils.map((gil) => gil + place.waiters);
        break;
    }
    if (!this.#isSeen) this.#waits = [];
  }

  /** Whether every thread that runs Python code is a holder: not where the GIL is off, or not known. */
  get tellsAll(): boolean {
    return this.#gils.length > 0 && this.#off.size === 0;
  }

  /** Whether it can be told that a thread waits for a GIL. */
  get waitsKnown(): boolean {
    return this.#waits.length > 0;
  }

  /** @param address at which a thread sleeps, 0 for none */
  isWait(address: number): boolean {
    for (const wait of this.#waits)
      if (address >= wait && address < wait + this.#waitBytes) return wait !== 0;
    return false;
  }

  /** Whether a thread that sleeps there is counted by a condition variable; one that waits for its mutex is not. */
  isCounted(address: number): boolean {
    const { conditionBytes } = this.#library;
    const switchAt = this.#switchConditionAt;
    for (const wait of this.#waits) {
      const inside = address - wait;
      if (inside >= 0 && inside < Math.min(conditionBytes, this.#waitBytes)) return wait !== 0;
      if (this.#waitBytes > switchAt && inside >= switchAt && inside < switchAt + conditionBytes) return true;
    }
    return false;
  }

  plan(ranges: RangeList): void {
    const size = this.#layout.gil.kind === 'interpreter' ? gilBytes : 8;
    this.#counted.length = 0;
    for (let i = 0; i < this.#gils.length; i++) {
      this.#offsets[i] = ranges.addNear(this.#gils[i]!, size);
      const wait = this.#waits[i] ?? 0;
      if (wait === 0) this.#counted.push([]);
      else if (this.#waitBytes === this.#gilWaitBytes) {
        const switchAt = this.#switchConditionAt;
        const at = ranges.addNear(wait, switchAt + this.#library.conditionBytes);
        this.#counted.push([at, at + switchAt]);
      } else this.#counted.push([ranges.addNear(wait, this.#waitBytes)]);
    }
  }

  /** Index of the GIL that a thread of an interpreter needs; -1 where there is none, or it is switched off. */
  indexOf(interpreter: number): number {
    if (this.#layout.gil.kind !== 'interpreter') return this.#gils.length > 0 ? 0 : -1;
    const gil = this.#gilOf.get(interpreter) ?? 0;
    return this.#off.has(gil) ? -1 : this.#gils.indexOf(gil);
  }

  /** Whether some thread holds a GIL, by its index. */
  isHeld(gil: number): boolean {
    return this.#isHeld[gil] ?? false;
  }

  /** How many GILs there are. */
  get count(): number {
    return this.#gils.length;
  }

  /**
   * How many threads are in the wait for a GIL, as `WaiterCount.read` has it.
   * @param words of the planned read
   */
  countWaiters(words: Uint32Array, gil: number, asleep: number, ready: number): number | null {
    const counted = this.#counted[gil];
    return counted === undefined || counted.length === 0
      ? null
      : this.#waiterCount.read(words, counted, asleep, ready);
  }

  /** Takes the holders from what the planned read brought. */
  update(words: Uint32Array): void {
    const place = this.#layout.gil;
    this.holders.clear();
    this.#isHeld.length = 0;
    if (this.#off.size > 0) this.#off.clear();
    for (let i = 0; i < this.#gils.length; i++) {
      const offset = this.#offsets[i]!;
      if (place.kind !== 'interpreter') {
        this.#addHolder(i, pointerIn(words, offset >>> 2));
        continue;
      }
      // Free-threaded builds have the structure all the same, for modules that need a GIL and for PYTHON_GIL=1.
      if (place.enabled !== null && words[(offset + place.enabled) >>> 2] === 0)
        this.#off.add(this.#gils[i]!);
      else if (words[(offset + place.locked) >>> 2] === 1)
        this.#addHolder(i, pointerIn(words, (offset + place.holder) >>> 2));
    }
  }

  /** What a sample's status says of the GIL. */
  statusOf(threadState: number, interpreter: number): number {
    if (this.#gils.length === 0) return status.gilUnknown;
    if (this.#off.size > 0 && this.#off.has(this.#gilOf.get(interpreter) ?? 0))
      return status.gilUnknown | status.gilOff;
    return this.holders.has(threadState) ? status.gil : 0;
  }

  #addHolder(gil: number, threadState: number): void {
    this.#isHeld[gil] = threadState !== 0;
    if (threadState !== 0) this.holders.add(threadState);
  }
}
