/** A saved process that can be changed as an interpreter changes it, and an operating system that says what it is told. */
import type { ThreadClock } from '../../../src/platform/clocks.js';
import { currentPlatform } from '../../../src/platform/index.js';
import type { Platform } from '../../../src/platform/platform.js';
import { SavedMemory } from '../../../src/platform/saved.js';
import { Interner } from '../../../src/record/code/interner.js';
import type { Layout } from '../../../src/record/layouts/layout.js';
import { Peek } from '../../../src/record/memory/peek.js';
import type { Target } from '../../../src/record/target/target.js';
import { listThreadStates } from '../../../src/record/target/thread-list.js';
import { LeftThreads } from '../../../src/record/threads/left-threads.js';
import { ThreadTable } from '../../../src/record/threads/thread-table.js';
import { loadSaved, type SavedProcess } from '../../support/saved-process.js';

const pageSize = 4096;

/** A thread's clock: gone if it is told so. */
export class Clock implements ThreadClock {
  alive = true;
  unchanged = false;
  onCpu = false;
  sleepsAt = 0;
  sleepsIn = null;
  cpuNs = 0;
  totalNs = -1;
  queuedNs = 0;
  isClosed = false;
  readonly system: System;
  readonly osId: number;

  constructor(system: System, osId: number) {
    this.system = system;
    this.osId = osId;
  }

  update(): boolean {
    this.alive = this.system.alive.has(this.osId);
    this.totalNs = this.system.usedNs;
    return this.alive;
  }

  accountedNs(): null {
    return null;
  }

  cpu(): null {
    return null;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** What the operating system knows of the process. */
class System {
  readonly alive: Set<number>;
  /** CPU time of each thread so far. */
  usedNs = 0;
  /** Ids that the process itself sees, where it lives in a container. */
  inner = new Map<number, number>();
  readonly platform: Platform;

  constructor(pid: number, ids: readonly number[]) {
    this.alive = new Set(ids);
    const asked: Partial<Platform> = {
      threadLibrary: currentPlatform().threadLibrary,
      openProcessClock: () => ({ totalNs: () => null }),
      openThreadClock: (_, osId) => new Clock(this, osId),
      readThreadIds: () => [...this.alive],
      readInnerThreadId: (_, osId) => this.inner.get(osId) ?? null,
      readThreadTime: () => this.usedNs,
      findLiveThread: () => (this.alive.has(pid) ? pid : ([...this.alive][0] ?? null)),
    };
    this.platform = asked as Platform;
  }
}

/** A saved process that can be changed. */
export class World {
  readonly saved: SavedProcess;
  readonly layout: Layout;
  readonly pages: Map<number, Uint8Array>;
  /** Of the main thread, which is the oldest. */
  readonly pid: number;
  /** The system's ids, by Python's. */
  readonly osIds: ReadonlyMap<bigint, number>;
  readonly system: System;
  readonly leftThreads = new LeftThreads();
  readonly interner = new Interner();
  readonly peek: Peek;

  constructor(name: string) {
    const { process: saved, pages, layout } = loadSaved(name);
    this.saved = saved;
    this.layout = layout;
    this.pages = new Map([...pages].map(([at, bytes]) => [at, bytes.slice()]));
    this.peek = new Peek(new SavedMemory(this.pages));
    const { threads } = this.list;
    this.osIds = new Map(threads.map(({ pythonId, nativeId }, i) => [pythonId, nativeId ?? 5000 + i]));
    if (layout.thread.nativeId === null)
      for (const [pythonId, osId] of this.osIds) this.#addStructure(Number(pythonId), osId);
    this.pid = this.osIds.get(threads.at(-1)!.pythonId)!;
    this.system = new System(this.pid, [...this.osIds.values()]);
  }

  /** A thread as the C library keeps it, with its id where glibc has it. */
  #addStructure(address: number, osId: number): void {
    for (let page = address - (address % pageSize); page < address + 2048; page += pageSize)
      if (!this.pages.has(page)) this.pages.set(page, new Uint8Array(pageSize));
    this.write(address + 720, BigInt(osId), 4);
  }

  open(target: Partial<Target> = {}): ThreadTable {
    const { layout, pid } = this;
    let ids = 0;
    return new ThreadTable(
      {
        target: { layout, pid, runtime: this.saved.runtime, namespaced: false, ...target } as Target,
        processId: 7,
        platform: this.system.platform,
        interner: this.interner,
        nextThreadId: () => ++ids,
        leftThreads: this.leftThreads,
        processes: () => 1,
        periodNs: 1e6,
        certainty: null,
        tagsTasks: false,
        readsNative: false,
      },
      this.peek,
    );
  }

  write(address: number, value: bigint, bytes: 4 | 8 = 8): void {
    const inside = address % pageSize;
    const page = this.pages.get(address - inside)!;
    const view = new DataView(page.buffer, page.byteOffset);
    if (bytes === 8) view.setBigUint64(inside, value, true);
    else view.setUint32(inside, Number(value), true);
  }

  get list() {
    return listThreadStates(this.peek, this.layout, this.saved.runtime)!;
  }

  /** Words as the sampler reads them: heads of the lists. */
  get heads(): Uint32Array {
    return new Uint32Array(BigUint64Array.from(this.list.heads.map(BigInt)).buffer);
  }

  /** Takes the newest thread out of the interpreter's list. @returns what puts it back */
  unlinkNewest(): () => void {
    const { interpreters, threads } = this.list;
    const at = interpreters[0]! + this.layout.interpreter.threadsHead;
    this.write(at, BigInt(threads[1]!.address));
    return () => this.write(at, BigInt(threads[0]!.address));
  }

  /** Writes a text over another one of the same length, wherever it is. */
  overwrite(text: string, by: string): void {
    for (const page of this.pages.values()) {
      const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
      for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes.write(by, at);
    }
  }

  /** Adds an interpreter with one state, of a thread that has another one already. */
  addInterpreter(pythonId: bigint, nativeId: number): void {
    const interpreter = 0x5000_0000_0000;
    const { layout } = this;
    const state = interpreter + 64 * pageSize;
    for (let page = interpreter; page < state + 4 * pageSize; page += pageSize)
      this.pages.set(page, new Uint8Array(pageSize));
    this.write(interpreter + layout.interpreter.next, BigInt(this.list.interpreters[0]!));
    this.write(interpreter + layout.interpreter.threadsHead, BigInt(state));
    this.write(state + layout.thread.interpreter, BigInt(interpreter));
    this.write(state + layout.thread.id, pythonId);
    this.write(state + layout.thread.nativeId!, BigInt(nativeId), 4);
    this.write(this.saved.runtime + layout.runtime.interpretersHead, BigInt(interpreter));
  }
}
