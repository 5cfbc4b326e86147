/** `pyspy merge A B … -o OUT`: recordings of several runs, processes or hosts as one trace. */
import { type Command, Option } from 'commander';
import { PyspyError } from '../errors.js';
import type { TraceReader } from '../format/reader.js';
import { addExamples } from './options.js';
import { withTrace } from './output.js';
import { writeTrace } from './trace-output.js';

interface MergeOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly align: 'utc' | 'zero';
}

export function registerMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('write several traces (runs, processes, hosts) as one')
    .argument('<files...>', 'traces, two or more')
    .requiredOption('-o, --output <file>', 'trace to write')
    .addOption(
      new Option('--align <how>', 'put them on one time line by UTC time, or each from zero')
        .choices(['utc', 'zero'])
        .default('utc'),
    )
    .option('-f, --force', 'replace it if it exists')
    .action((files: string[], options: MergeOptions) => runMerge(files, options));
  addExamples(command, 'pyspy merge worker1.trace worker2.trace -o all.trace');
}

async function runMerge(files: string[], options: MergeOptions): Promise<void> {
  if (files.length < 2)
    throw new PyspyError('usage', 'merge needs two traces or more', { hint: 'pyspy merge A B -o OUT' });
  const { alignTraces } = await import('../format/assembly/align.js');
  await withTraces(files, async (readers) => {
    refuseTwins(readers);
    const shifts = alignTraces(readers, options.align);
    const output = { path: options.output, force: options.force ?? false, replacesInput: false };
    await writeTrace(output, readers, async (assembly, onProgress) => {
      let samples = 0;
      for (const [at, reader] of readers.entries())
        samples += await assembly.add(reader, { window: null, shiftNs: shifts[at]! }, (share) =>
          onProgress((at + share) / readers.length),
        );
      return samples;
    });
  });
}

/** Opens all of them, hands them to `action` and closes them again. */
async function withTraces<T>(
  [file, ...others]: readonly string[],
  action: (readers: readonly TraceReader[]) => Promise<T>,
  opened: readonly TraceReader[] = [],
): Promise<T> {
  if (file === undefined) return action(opened);
  return withTrace(file, (reader) => withTraces(others, action, [...opened, reader]));
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
