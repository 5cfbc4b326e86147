/** Opens a trace for a summary of a window: one that would take long gets rollups first, if it can be given them. */
import type { TraceReader } from '../format/reading/reader.js';
import type { Window } from '../replay/window.js';
import type { WindowOptions } from './options.js';
import { withTrace } from './output.js';

/** Fewer samples are read in less time than it takes to sum up and store them. */
const worthwhileSamples = 1_000_000;

/**
 * Resolves the window of a trace and hands both to `action`.
 * @param options.rollups whether sums may be used and made
 * @throws PyspyError as withTrace and resolveWindow do
 */
export async function withSummedTrace(
  file: string,
  options: WindowOptions & { readonly rollups?: boolean },
  action: (reader: TraceReader, window: Window) => Promise<void>,
): Promise<void> {
  const { resolveWindow } = await import('../replay/window.js');
  const isMissing = await withTrace(file, async (reader) => {
    const window = resolveWindow(reader, options.from, options.to);
    if (options.rollups !== false && reader.unsummedSamples(window.fromNs, window.toNs) >= worthwhileSamples)
      if (reader.state() === 'complete') return true;
    await action(reader, window);
    return false;
  });
  if (!isMissing) return;
  if (process.stderr.isTTY) process.stderr.write('Summing up the trace once; later answers are quick …\n');
  const { writeRollups } = await import('../format/writing/rollup-writer.js');
  writeRollups(file);
  await withTrace(file, (reader) => action(reader, resolveWindow(reader, options.from, options.to)));
}
