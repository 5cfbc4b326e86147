/** The stacks of a live process, once: what `dump --pid` shows. */
import { PyspyError } from '../errors.js';
import { decodeBatch } from '../format/batch.js';
import type { DumpFrame, DumpResult, DumpThread } from '../format/dump-result.js';
import { status } from '../format/vocabulary.js';
import { BatchBuilder } from './batch-builder.js';
import { type DictionaryRows, Interner } from './interner.js';
import { currentPlatform } from './platform/index.js';
import { ProcessSampler } from './process-sampler.js';
import { attach } from './target.js';
import { countChanged, type FrameLocals, FrameLocalsReader } from './values/frame-locals.js';

/** An interpreter that changes its lists just now is looked at again, this often. */
const maxTries = 40;

/** Where variables are asked for, threads that run on are looked at this often, for a moment at which they hold still. */
const maxLooks = 20;

/**
 * Reads all threads of a process without pausing it.
 * @param localsLength longest text of a variable's value, in UTF-16 units; null to leave variables alone
 * @throws PyspyError of kind "target" that says why it cannot be read
 */
export async function snapshot(pid: number, localsLength: number | null): Promise<DumpResult> {
  const target = await attach(pid);
  const interner = new Interner();
  let threadCount = 0;
  const memory = currentPlatform().openMemory(pid);
  const locals = localsLength === null ? null : new FrameLocalsReader(target.layout, memory, localsLength);
  const sampler = new ProcessSampler(target, 1, currentPlatform(), interner, () => ++threadCount);
  let best: Look | null = null;
  try {
    for (let tries = 0, looks = 0; tries < maxTries && looks < maxLooks; tries++) {
      const batch = new BatchBuilder();
      batch.tick(0, 0);
      const result = sampler.tick(tries, batch);
      if (result === 'gone') break;
      if (result !== 'sampled') continue;
      looks++;
      const look: Look = { batch, locals: readLocals(sampler, locals, best) };
      if (best === null || missed(look) < missed(best)) best = look;
      if (missed(best) === 0) break;
    }
    if (best !== null)
      return {
        at_s: null,
        processes: [
          {
            pid,
            python: target.pythonVersion,
            command: [...target.command],
            threads: describeThreads(sampler, best, interner.takeRows()),
          },
        ],
      };
  } finally {
    sampler.close();
    memory.close();
  }
  throw new PyspyError('target', `process ${pid} ended, or its interpreter did, while it was read`, {
    hint: 'See whether it still runs: ps -p PID',
  });
}

/** A sample of all threads, and the variables that were read right after it, by the thread's id. */
interface Look {
  readonly batch: BatchBuilder;
  readonly locals: ReadonlyMap<number, readonly FrameLocals[]>;
}

/** @param before an earlier look: what it says of threads that have not run since is still so */
function readLocals(
  sampler: ProcessSampler,
  reader: FrameLocalsReader | null,
  before: Look | null,
): Look['locals'] {
  if (reader === null) return new Map();
  return new Map(
    sampler.threads.map((thread) => {
      const known = thread.active ? undefined : before?.locals.get(thread.id);
      return [thread.id, known ?? reader.read(thread.frames)];
    }),
  );
}

function missed({ locals }: Look): number {
  return countChanged([...locals.values()].flat());
}

function describeThreads(sampler: ProcessSampler, look: Look, rows: DictionaryRows): DumpThread[] {
  const encoded = look.batch.close();
  const samples =
    encoded === null ? [] : decodeBatch(encoded.data, 0, `process ${sampler.target.pid}`).batch.threads;
  const byId = new Map(samples.map((thread) => [thread.thread, thread]));
  const seen = sampler.threads.filter((thread) => byId.has(thread.id));
  return seen.map((thread): DumpThread => {
    const sample = byId.get(thread.id);
    const flags = sample?.runStatus[0] ?? status.failed;
    return {
      thread_id:
        thread.pythonId <= BigInt(Number.MAX_SAFE_INTEGER)
          ? Number(thread.pythonId)
          : String(thread.pythonId),
      os_thread_id: thread.osId,
      name: thread.name,
      status: flags & status.stateUnknown ? 'unknown' : flags & status.onCpu ? 'running' : 'idle',
      gil: flags & status.gilUnknown ? null : (flags & status.gil) !== 0,
      torn: (flags & status.torn) !== 0,
      failed: (flags & status.failed) !== 0,
      frames: describeFrames(sample?.runStack[0] ?? 0, rows, look.locals.get(thread.id) ?? []),
    };
  });
}

/** Frames of a stack, innermost first. Ids are dense and start at 1, so rows are found by position. */
function describeFrames(stack: number, rows: DictionaryRows, locals: readonly FrameLocals[]): DumpFrame[] {
  const frames: DumpFrame[] = [];
  for (let id = stack; id !== 0; ) {
    const node = rows.stacks[id - 1]!;
    const frame = rows.frames[node.frame - 1]!;
    const called = rows.functions[frame.function - 1]!;
    frames.push({
      function: rows.strings[(called.qualname ?? called.name) - 1]!.text,
      file: rows.strings[called.file - 1]!.text,
      line: frame.line,
      ...describeLocals(locals[frames.length]),
    });
    id = node.parent;
  }
  return frames;
}

function describeLocals(
  found: FrameLocals | undefined,
): Pick<DumpFrame, 'locals' | 'arguments' | 'locals_unknown'> {
  if (found === undefined) return {};
  if ('unknown' in found) return { locals_unknown: found.unknown };
  // A variable may be called "__proto__".
  const locals: Record<string, string> = Object.create(null);
  for (const [name, value] of found.values) locals[name] = value;
  return { arguments: [...found.argumentNames], locals };
}
