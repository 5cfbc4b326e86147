/** Opens a trace for a summary of a window: one that would take long gets rollups first, if it can be given them. */
import type { TraceReader } from '../../format/reading/reader.js';
import { writeRollups } from '../../format/writing/rollup-writer.js';
import { resolveWindow, type Window } from '../../replay/window/window.js';
import type { AskedWindow } from './chosen-samples.js';
import { withTrace } from './open-traces.js';

/** Fewer samples are read in less time than it takes to sum up and store them. */
const worthwhileSamples = 1_000_000;

/**
 * Resolves the window of a trace and hands both to `action`.
 * @param options.rollups whether sums may be used and made
 * @throws PyspyError as withTrace and resolveWindow do
 */
export async function withSummedTrace(
  file: string,
  options: { readonly window: AskedWindow; readonly rollups: boolean },
  action: (reader: TraceReader, window: Window) => Promise<void>,
): Promise<void> {
  const isMissing = await withTrace(file, async (reader) => {
    const window = resolveWindow(reader, options.window.from, options.window.to);
    if (options.rollups && reader.unsummedSamples(window.fromNs, window.toNs) >= worthwhileSamples)
      if (reader.state() === 'complete') return true;
    await action(reader, window);
    return false;
  });
  if (!isMissing) return;
  if (process.stderr.isTTY) process.stderr.write('Summing up the trace once; later answers are quick …\n');
  writeRollups(file);
  await withTrace(file, (reader) =>
    action(reader, resolveWindow(reader, options.window.from, options.window.to)),
  );
}
