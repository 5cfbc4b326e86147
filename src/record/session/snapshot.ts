/** The stacks of a live process, once: what `dump --pid` shows. */
import { PyspyError } from '../../errors.js';
import {
  type DumpFrame,
  type DumpProcess,
  type DumpResult,
  type DumpThread,
  describeStatus,
} from '../../format/dump-result.js';
import { status } from '../../format/vocabulary.js';
import { currentPlatform } from '../../platform/index.js';
import type { Memory } from '../../platform/memory.js';
import type { SampleSink } from '../batch/batch-builder.js';
import { type DictionaryRows, Interner } from '../code/interner.js';
import { GreenletListReader } from '../greenlets/greenlet-list.js';
import { attach } from '../processes/attach.js';
import { ProcessSampler } from '../sampling/process-sampler.js';
import type { Target } from '../target/target.js';
import { type RunningStack, TaskListReader } from '../tasks/task-list.js';
import { standalone } from '../threads/sampler-context.js';
import type { ThreadTrack } from '../threads/thread-track.js';
import { countChanged, type FrameLocals, FrameLocalsReader } from '../values/frame-locals.js';
import { describeFrames } from './described-frames.js';
import { NativeDump } from './native-dump.js';

/**
 * Ticks before the one that is shown. They teach where this program's frames lie and who calls whom from where: without them most
 * stacks of a program that computes are torn. There are `most` of them; where these take longer than `ms` milliseconds after the
 * first, which finds everything new, there are at least `least`.
 */
const practice = { most: 16, least: 6, ms: 50 };

/** An interpreter whose lists change while they are read is read again, this often. */
const maxTries = 20;

/** Threads that run on are read this often, until their variables hold still in the same functions. */
const maxReads = 40;

/** All is read again, this often, where that would find more native frames. */
const maxLooks = 4;

/** What to read besides the stacks. */
export interface SnapshotOptions {
  /** Longest text of a variable's value, in UTF-16 units; null to leave variables alone. */
  readonly localsLength: number | null;
  /** Whether asyncio's tasks are wanted, and greenlets that wait. */
  readonly tasks: boolean;
  readonly greenlets: boolean;
  /** Whether native frames are wanted, and threads that Python does not know. */
  readonly native: boolean;
}

/**
 * Reads all threads of a process without pausing it.
 * @throws PyspyError of kind "target" that says why it cannot be read
 */
export async function snapshot(pid: number, options: SnapshotOptions): Promise<DumpResult> {
  return snapshotOf(await attach(pid), options);
}

/** The same, of a process whose interpreter was found already. */
export function snapshotOf(
  target: Target,
  { localsLength, tasks, greenlets, native }: SnapshotOptions,
): DumpResult {
  const { pid } = target;
  const interner = new Interner();
  const memory = currentPlatform().openMemory(pid);
  const sampler = new ProcessSampler({
    target,
    processId: 1,
    platform: currentPlatform(),
    interner,
    ...standalone(),
  });
  const natives = native ? new NativeDump(target) : null;
  try {
    // A tick says only of what has changed since the one before.
    const found = new Found();
    let practised = 0;
    sampler.tick(practised++, found);
    const end = performance.now() + practice.ms;
    while (practised < practice.most && (practised < practice.least || performance.now() < end))
      sampler.tick(practised++, found);
    for (let tries = 0; tries < maxTries; tries++) {
      const now = practised + tries;
      natives?.copy(sampler.threads);
      const result = sampler.tick(now, found);
      if (result === 'gone') break;
      if (result !== 'sampled') continue;
      if (natives?.follow(sampler.threads) && tries < maxLooks) continue;
      const seen = [...sampler.threads];
      const sightings = new Map(
        seen.map((thread) => [thread, { stack: thread.stackId, steady: false, locals: [] as FrameLocals[] }]),
      );
      if (localsLength !== null)
        readLocals(sampler, new FrameLocalsReader(target.layout, memory, localsLength), now, sightings);
      const threads = describeThreads(found, sightings, interner.takeRows(), natives);
      const described = {
        ...(tasks ? describeTasks(target, memory, threads) : {}),
        ...(greenlets ? describeGreenlets(target, memory) : {}),
      };
      return {
        at_s: null,
        processes: [
          {
            pid,
            python: target.pythonVersion,
            command: [...target.command],
            threads: threads.map(({ dumped }) => dumped),
            ...(natives === null ? {} : { native_threads: natives.others() }),
            ...described,
          },
        ],
      };
    }
  } finally {
    natives?.close();
    sampler.close();
    memory.close();
  }
  throw new PyspyError('target', `process ${pid} ended, or its interpreter did, while it was read`, {
    hint: 'See which Pythons run: pyspy ps',
  });
}

/** Status bits by thread. */
class Found implements SampleSink {
  readonly flags = new Map<number, number>();

  sample(thread: number, _stack: number, flags: number): void {
    this.flags.set(thread, flags);
  }

  leave(thread: number): void {
    this.flags.delete(thread);
  }
}

/** Of each thread the stack to show, whether that was found steady in place of the first, and the variables of its frames. */
type Sightings = Map<ThreadTrack, { stack: number; steady: boolean; locals: readonly FrameLocals[] }>;

/**
 * Reads variables, and reads threads again that went on meanwhile. Only a stack of the same functions as the first
 * may take its place: preferring stacks that hold still would favour slow code.
 */
function readLocals(
  sampler: ProcessSampler,
  reader: FrameLocalsReader,
  tick: number,
  sightings: Sightings,
): void {
  const first = new Map<ThreadTrack, string>();
  for (const [thread, sighting] of sightings) {
    first.set(thread, functionsOf(thread));
    sighting.locals = reader.read(thread.frames);
  }
  for (let again = 1; again < maxReads; again++) {
    if (countChanged([...sightings.values()].flatMap(({ locals }) => locals)) === 0) return;
    if (sampler.tick(tick + again, new Found()) !== 'sampled') return;
    for (const thread of sampler.threads) {
      const sighting = sightings.get(thread);
      const missed = countChanged(sighting?.locals ?? []);
      if (sighting === undefined || missed === 0 || !thread.isAwake || !thread.settled) continue;
      if (functionsOf(thread) !== first.get(thread)) continue;
      const locals = reader.read(thread.frames);
      if (countChanged(locals) < missed)
        sightings.set(thread, { stack: thread.stackId, steady: true, locals });
    }
  }
}

/** The code objects of the stack that was walked last. */
function functionsOf({ frames }: ThreadTrack): string {
  return frames.stack.code.subarray(0, frames.stack.depth).join();
}

/** A thread as it was found, and as it is shown. */
interface SeenThread {
  readonly thread: ThreadTrack;
  readonly python: readonly DumpFrame[];
  readonly dumped: DumpThread;
}

function describeTasks(
  target: Target,
  memory: Memory,
  threads: readonly SeenThread[],
): Pick<DumpProcess, 'tasks' | 'tasks_cut'> {
  const stacks = threads.flatMap(({ thread: { osId, frames }, python }): RunningStack[] => {
    const { address, place, depth } = frames.stack;
    // In a stack with frames left out, frames and addresses do not correspond.
    if (depth !== python.length) return [];
    const addresses = Array.from({ length: depth }, (_, i) => address[place[i]!]!);
    const { threadState } = frames;
    return [{ osThreadId: osId, threadState, frames: python, addresses }];
  });
  const found = new TaskListReader(target, memory).read(stacks);
  return found === null ? { tasks: null } : { tasks: [...found.tasks], tasks_cut: found.cut };
}

function describeGreenlets(target: Target, memory: Memory): Pick<DumpProcess, 'greenlets' | 'greenlets_cut'> {
  const found = new GreenletListReader(target, memory).read();
  return found === null ? { greenlets: null } : { greenlets: [...found.greenlets], greenlets_cut: found.cut };
}

function describeThreads(
  found: Found,
  sightings: Sightings,
  rows: DictionaryRows,
  natives: NativeDump | null,
): SeenThread[] {
  const seen = [...sightings].filter(([thread]) => found.flags.has(thread.id));
  return seen.map(([thread, { stack, steady, locals }]): SeenThread => {
    const flags = found.flags.get(thread.id)!;
    const shown = describeFrames(stack, rows, locals);
    const python = shown.map(({ frame }) => frame);
    const dumped: DumpThread = {
      thread_id:
        thread.pythonId <= BigInt(Number.MAX_SAFE_INTEGER)
          ? Number(thread.pythonId)
          : String(thread.pythonId),
      os_thread_id: thread.osId,
      name: thread.name,
      ...describeStatus(flags),
      torn: !steady && (flags & status.torn) !== 0,
      ...(natives === null ? { frames: python } : natives.weave(thread, stack, shown)),
    };
    return { thread, python, dumped };
  });
}
