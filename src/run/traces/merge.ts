/** Recordings of several runs, processes or hosts as one trace. */
import { PyspyError } from '../../errors.js';
import { alignTraces } from '../../format/assembly/align.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { withTraces } from '../replay/open-traces.js';
import { writeTrace } from './trace-output.js';

export interface MergeRequest {
  readonly files: readonly string[];
  /** On one time line by the calendar, or each from zero. */
  readonly align: 'utc' | 'zero';
  readonly output: string;
  readonly force: boolean;
}

/** @throws PyspyError as writeTrace does, and of kind "usage" where samples would count twice */
export async function runMerge({ files, align, output, force }: MergeRequest): Promise<void> {
  await withTraces(files, async (readers) => {
    refuseTwins(readers);
    const shifts = alignTraces(readers, align);
    await writeTrace({ path: output, force, replacesInput: false }, readers, async (assembly, onProgress) => {
      let samples = 0;
      for (const [at, reader] of readers.entries())
        samples += await assembly.add(reader, { window: null, shiftNs: shifts[at]! }, (share) =>
          onProgress((at + share) / readers.length),
        );
      return samples;
    });
  });
}

/** Samples that are in two of the traces would count twice. Two windows of one recording may share none. */
function refuseTwins(readers: readonly TraceReader[]): void {
  const seen = new Map<string, { path: string; fromNs: number; toNs: number }[]>();
  for (const reader of readers)
    for (const { host, offsetNs, keptFromNs, end, ...recording } of reader.recordings) {
      const key = [
        host.bootId,
        recording.recorderPid,
        recording.recorderStartTicks,
        recording.startedMonotonicNs,
        recording.startedUtcNs,
        // Of what was imported, nothing else tells one from another.
        ...recording.recorderCommand,
      ].join();
      const fromNs = Math.max(keptFromNs, offsetNs) - offsetNs;
      const toNs = (end?.endedNs ?? reader.extentNs()) - offsetNs;
      const others = seen.get(key) ?? [];
      const twin = others.find(
        (other) => other.path !== reader.path && other.fromNs < toNs && fromNs < other.toNs,
      );
      if (twin !== undefined)
        throw new PyspyError(
          'usage',
          `${twin.path} and ${reader.path} hold the same recording, which would count twice`,
          { hint: 'Leave one of them out.' },
        );
      seen.set(key, [...others, { path: reader.path, fromNs, toNs }]);
    }
}
