/** The stacks of all threads of a process now. */
import { PyspyError } from '../../errors.js';
import type { DumpResult } from '../../format/dump-result.js';
import { listFamily } from '../../record/processes/process-list.js';
import { type SnapshotOptions, snapshot, snapshotOf } from '../../record/session/snapshot.js';
import type { TextResult } from '../../render/text/render-text.js';
import { findPlumbing } from '../../replay/names/plumbing.js';
import { tell } from '../output/notes.js';

export interface DumpRequest extends SnapshotOptions {
  readonly pid: number;
  /** Whether its descendants are shown, too. */
  readonly subprocesses: boolean;
  /** Whether the interpreter's own native frames are shown, too. */
  readonly nativeAll: boolean;
}

/** @throws PyspyError of kind "target" */
export async function dumpProcess(request: DumpRequest): Promise<TextResult> {
  const { pid, subprocesses } = request;
  const result = await (subprocesses ? snapshotFamily(pid, request) : snapshot(pid, request));
  if (request.native && !request.nativeAll) hidePlumbing(result);
  return { kind: 'dump', trace: null, result };
}

/** Leaves the interpreter's own native frames out. */
function hidePlumbing({ processes }: DumpResult): void {
  for (const { threads, native_threads } of processes)
    for (const thread of [...threads, ...(native_threads ?? [])]) {
      const isHidden = findPlumbing(
        thread.frames.map(({ function: name, file, native }) =>
          native === undefined ? null : { name, binary: file, isLoop: native.loop },
        ),
      );
      // A thread that Python does not know has nothing but how it started, if it was found there.
      if (isHidden.every((hidden) => hidden)) continue;
      thread.frames = thread.frames.filter((_, i) => !isHidden[i]);
    }
}

/** A process and its descendants: those that cannot be read are named on stderr, those that are no Python are not. */
async function snapshotFamily(pid: number, wanted: SnapshotOptions): Promise<DumpResult> {
  const { targets, refused } = listFamily(pid);
  // With none of them, what is wrong with the process itself says more.
  if (targets.length === 0) return snapshot(pid, wanted);
  const told = [...refused];
  const processes = targets.flatMap((target) => {
    try {
      return snapshotOf(target, wanted).processes;
    } catch (error) {
      if (!(error instanceof PyspyError)) throw error;
      told.push(error);
      return [];
    }
  });
  tell(...told.map(({ message }) => `pyspy: not shown: ${message}`));
  return { at_s: null, processes };
}
