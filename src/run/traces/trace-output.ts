/** What the commands that write a trace out of others have in common: checks, progress, Ctrl-C, and what they say at the end. */
import { statSync, utimesSync } from 'node:fs';
import { PyspyError } from '../../errors.js';
import { Assembly } from '../../format/assembly/assembly.js';
import { isSameFile } from '../../format/files/same-file.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { OnProgress } from '../../format/work.js';
import { checkOutput } from '../../format/writing/output-path.js';
import { counted, showSize } from '../../render/words/text-numbers.js';
import { interruptible } from '../output/interrupt.js';
import { startWorkProgress } from '../output/progress-line.js';

export interface TraceOutput {
  /** File to write. */
  readonly path: string;
  readonly force: boolean;
  /** Whether, with `force`, it may be one of the files that are read. */
  readonly replacesInput: boolean;
}

/**
 * Makes a trace.
 * @param readers of the traces that go into it; closed before it gets its name, which may be that of one of them
 * @param fill adds them, and returns how many samples that were
 * @throws PyspyError of kind "usage" or "output" where it cannot be written, "interrupted", and whatever `fill` throws
 */
export async function writeTrace(
  output: TraceOutput,
  readers: readonly TraceReader[],
  fill: (assembly: Assembly, onProgress: OnProgress) => Promise<number>,
): Promise<void> {
  const { path, force } = output;
  const isInput = readers.some((reader) => isSameFile(path, reader.path));
  if (isInput && !(output.replacesInput && force))
    throw new PyspyError('usage', `cannot write ${path}: it is a trace that is being read`, {
      hint: `Choose another name with -o${output.replacesInput ? ', or give --force to replace it' : ''}.`,
    });
  const progress = startWorkProgress(`writing ${path}`);
  let samples = 0;
  let notes: readonly string[] = [];
  let crashedAt = null as Date | null;
  // Windows replaces no file that is open.
  const release = (): void => {
    notes = readers.flatMap((reader) =>
      [...reader.unknownFeatures, ...reader.unknownColumns()].map(
        (name) => `left out of ${reader.path}: ${JSON.stringify(name)}, which this version does not know`,
      ),
    );
    for (const reader of readers) if (reader.state() === 'crashed') crashedAt = statSync(reader.path).mtime;
    for (const reader of readers) reader.close();
  };
  try {
    await interruptible((check) => {
      checkOutput(path, force);
      const report = async (share: number): Promise<void> => {
        await progress.report(share);
        check();
      };
      return Assembly.make(
        path,
        force,
        async (assembly) => {
          samples = await fill(assembly, (share) => report(share / 2));
        },
        { onProgress: (share) => report((1 + share) / 2), beforeReplacing: release },
      );
    });
  } finally {
    progress.end();
  }
  // Where processes cannot be seen, a fresh file passes for one that is being recorded: a crashed recording must not.
  if (crashedAt !== null) utimesSync(path, new Date(), crashedAt);
  for (const note of notes) progress.note(note);
  progress.note(`wrote ${path} (${counted(samples, 'sample')}, ${showSize(statSync(path).size)})`);
}
