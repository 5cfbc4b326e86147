/** The stacks of a live process, once: what `dump --pid` shows. */
import { PyspyError } from '../errors.js';
import { decodeBatch } from '../format/batch-decoder.js';
import type { DumpFrame, DumpResult, DumpThread } from '../format/dump-result.js';
import { formatVersion, status } from '../format/vocabulary.js';
import { BatchBuilder } from './batch-builder.js';
import { type DictionaryRows, Interner } from './interner.js';
import { currentPlatform } from './platform/index.js';
import { ProcessSampler } from './process-sampler.js';
import { attach, type Target } from './target.js';

/** An interpreter that changes its lists just now is looked at again, this often. */
const maxTries = 20;

/**
 * Reads all threads of a process without pausing it.
 * @throws PyspyError of kind "target" that says why it cannot be read
 */
export async function snapshot(pid: number): Promise<DumpResult> {
  const target = await attach(pid);
  const interner = new Interner();
  let threadCount = 0;
  const sampler = new ProcessSampler(target, 1, currentPlatform(), interner, () => ++threadCount);
  try {
    for (let tries = 0; tries < maxTries; tries++) {
      const batch = new BatchBuilder(1e7);
      batch.tick(0, 0);
      const result = sampler.tick(tries, batch);
      if (result === 'sampled')
        return {
          at_s: null,
          processes: [
            {
              pid,
              python: target.pythonVersion,
              command: [...target.command],
              threads: describeThreads(sampler, batch, interner.takeRows(), target),
            },
          ],
        };
      if (result === 'gone') break;
    }
  } finally {
    sampler.close();
  }
  throw new PyspyError('target', `process ${pid} ended, or its interpreter did, while it was read`, {
    hint: 'See whether it still runs: ps -p PID',
  });
}

function describeThreads(
  sampler: ProcessSampler,
  batch: BatchBuilder,
  rows: DictionaryRows,
  target: Target,
): DumpThread[] {
  const encoded = batch.close();
  const samples =
    encoded === null ? [] : decodeBatch({ ...encoded, formatVersion }, `process ${target.pid}`).batch.threads;
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
      frames: describeFrames(sample?.runStack[0] ?? 0, rows),
    };
  });
}

/** Frames of a stack, innermost first. Ids are dense and start at 1, so rows are found by position. */
function describeFrames(stack: number, rows: DictionaryRows): DumpFrame[] {
  const frames: DumpFrame[] = [];
  for (let id = stack; id !== 0; ) {
    const node = rows.stacks[id - 1]!;
    const frame = rows.frames[node.frame - 1]!;
    const called = rows.functions[frame.function - 1]!;
    frames.push({
      function: rows.strings[(called.qualname ?? called.name) - 1]!.text,
      file: rows.strings[called.file - 1]!.text,
      line: frame.line,
    });
    id = node.parent;
  }
  return frames;
}
