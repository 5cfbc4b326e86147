/**
 * The asyncio tasks of a process as `dump --tasks` shows them. They are read one after another while the program runs; so
 * all that was read of a task is read once more, and a task that changed meanwhile is read again.
 */
import type { DumpFrame, DumpTask } from '../../format/dump-result.js';
import type { Memory } from '../../platform/memory.js';
import { describeFrame } from '../batch/described-frame.js';
import { CodeCache } from '../code/code-cache.js';
import { Interner } from '../code/interner.js';
import type { Layout } from '../layouts/layout.js';
import { Peek } from '../memory/peek.js';
import { readTypeName } from '../objects/objects.js';
import type { Target } from '../target/target.js';
import { listThreadStates } from '../target/thread-list.js';
import { VerifiedReads } from '../values/verified-reads.js';
import { findAsyncioTable } from './asyncio-table.js';
import { type AwaitChain, CoroutineReader } from './coroutine.js';
import { OwnLoops } from './own-loops.js';
import { findTasks } from './task-finder.js';
import { TaskObjectReader } from './task-object.js';

/** Times that a task is read before it is shown as one that changed. */
const maxTries = 4;

/** A stack that was found on a thread: it tells which task runs, and what it has called. */
export interface RunningStack {
  readonly osThreadId: number | null;
  readonly threadState: number;
  /** Of each frame, innermost first, as it is shown, and its address. */
  readonly frames: readonly DumpFrame[];
  readonly addresses: readonly number[];
}

export interface TaskList {
  readonly tasks: readonly DumpTask[];
  /** Whether there may be more. */
  readonly cut: boolean;
}

/** A task whose frames may still be the interner's numbers. */
type Shown = Omit<DumpTask, 'frames'> & { readonly frames: readonly (number | DumpFrame)[] };

/** What was read of one task. */
interface Draft {
  /** Null where it has none, and where the task could not be read. */
  readonly name: string | null;
  /** Null where it could not be read. */
  readonly chain: AwaitChain | null;
  readonly waitsFor: string | null;
  readonly loop: number;
  /** Which reads it rests on. */
  readonly from: number;
  readonly to: number;
}

export class TaskListReader {
  readonly #target: Target;
  readonly #layout: Layout;
  readonly #reads: VerifiedReads;
  readonly #peek: Peek;
  readonly #interner = new Interner();
  readonly #codes: CodeCache;
  readonly #coroutines: CoroutineReader | null;
  readonly #objects: TaskObjectReader | null;
  readonly #ownLoops: OwnLoops | null;

  /** @param memory a view of the target that nobody else uses; closed by the caller */
  constructor(target: Target, memory: Memory) {
    this.#target = target;
    this.#layout = target.layout;
    this.#reads = new VerifiedReads(memory);
    this.#peek = new Peek(this.#reads);
    this.#codes = new CodeCache(target.layout, new Peek(memory), this.#interner);
    this.#coroutines = CoroutineReader.create(this.#peek, target.layout);
    this.#objects = this.#coroutines && new TaskObjectReader(this.#peek, target.layout, this.#coroutines);
    this.#ownLoops = OwnLoops.create(target, new Peek(memory));
  }

  /** @returns null where tasks of this version are not read, or asyncio is not in use */
  read(stacks: readonly RunningStack[]): TaskList | null {
    this.#reads.begin();
    const found = this.#find();
    if (found === null) return null;
    let left = found.tasks;
    const drafts = new Map<number, Draft>();
    for (let tries = 0; tries < maxTries && left.length > 0; tries++) {
      this.#reads.begin();
      for (const task of left) drafts.set(task, this.#draft(task));
      const changed = this.#reads.changed();
      if (changed === null) return null;
      const before = countBefore(changed, this.#reads.count);
      left = left.filter((task) => {
        const { from, to } = drafts.get(task)!;
        return before[to]! > before[from]!;
      });
    }
    const changed = new Set(left);
    const shown = found.tasks.flatMap((task) => this.#show(drafts.get(task)!, changed.has(task), stacks));
    const rows = this.#interner.takeRows();
    const tasks = shown.map(({ frames, ...task }) => ({
      ...task,
      frames: frames.map((frame) => (typeof frame === 'number' ? describeFrame(frame, rows) : frame)),
    }));
    return { tasks: tasks.sort(compareTasks), cut: found.cut };
  }

  #find(): { tasks: readonly number[]; cut: boolean } | null {
    const { runtime } = this.#target;
    const states = listThreadStates(this.#peek, this.#layout, runtime);
    if (states === null || this.#coroutines === null) return null;
    const table = findAsyncioTable(this.#target, this.#peek);
    if (table !== null) {
      this.#objects?.use(table);
      this.#ownLoops?.use(table);
    }
    const all = states.interpreters.flatMap((interpreter) => {
      const threads = states.threads.filter((state) => state.interpreter === interpreter);
      const threadStates = threads.map(({ address }) => address);
      return findTasks(this.#peek, this.#layout, { interpreter, threadStates, table }) ?? [];
    });
    if (all.length === 0) return null;
    return { tasks: all.flatMap(({ tasks }) => tasks), cut: all.some(({ cut }) => cut) };
  }

  #draft(task: number): Draft {
    const from = this.#reads.count;
    const object = this.#objects!.open(task);
    const chain = object && this.#coroutines!.follow(object.coroutine);
    const waiter = object?.waiter() ?? 0;
    const waitsFor = waiter === 0 ? null : this.#nameOf(waiter);
    const loop = object?.loop() ?? 0;
    return { name: object?.name() ?? null, chain, waitsFor, loop, from, to: this.#reads.count };
  }

  /** A future's type, or a task's name, which says more. */
  #nameOf(object: number): string | null {
    const type = readTypeName(this.#peek, this.#layout, object);
    if (type === null) return null;
    const name = type.slice(type.lastIndexOf('.') + 1);
    const task = name.endsWith('Task') ? (this.#objects!.open(object)?.name() ?? null) : null;
    return task === null ? name : `${name} ${task}`;
  }

  /** @returns nothing for a task that has ended */
  #show(
    { name, chain, waitsFor, loop }: Draft,
    isChanged: boolean,
    stacks: readonly RunningStack[],
  ): Shown[] {
    const alone = { name, os_thread_id: null, waits_for: null, truncated: false };
    if (chain?.hasEnded) return [];
    const outermost = chain?.frames[0]?.address;
    // It changed, or runs something that is no coroutine of Python's own (Cython has others).
    if (chain === null || outermost === undefined) return [{ ...alone, state: 'unknown', frames: [] }];
    let isInherited = false;
    for (const { osThreadId, threadState, frames, addresses } of stacks) {
      const at = addresses.indexOf(outermost);
      if (at < 0) continue;
      isInherited = this.#ownLoops?.has(loop, threadState) === false;
      if (!isInherited)
        return [{ ...alone, state: 'running', os_thread_id: osThreadId, frames: frames.slice(0, at + 1) }];
    }
    const frames = chain.frames.toReversed().flatMap(({ code, instruction }) => {
      const entry = this.#codes.find(code);
      return entry === null ? [] : [this.#codes.frame(entry, instruction)];
    });
    const waits = waitsFor === null ? 'ready' : 'waiting';
    const state = isInherited ? 'inherited' : isChanged ? 'unknown' : waits;
    const truncated = chain.truncated || frames.length < chain.frames.length;
    return [{ name, state, os_thread_id: null, waits_for: waitsFor, truncated, frames }];
  }
}

const byName = new Intl.Collator('en', { numeric: true });

/** Those that run come first; asyncio keeps them in no order. */
function compareTasks(a: DumpTask, b: DumpTask): number {
  const runs = Number(b.state === 'running') - Number(a.state === 'running');
  return runs || byName.compare(a.name ?? '', b.name ?? '');
}

/** How many of some rising numbers are below each number up to an end. */
function countBefore(numbers: readonly number[], end: number): Uint32Array {
  const counts = new Uint32Array(end + 1);
  for (const number of numbers) if (number < end) counts[number + 1] = 1;
  for (let at = 1; at <= end; at++) counts[at]! += counts[at - 1]!;
  return counts;
}
