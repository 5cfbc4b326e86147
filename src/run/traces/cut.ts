/** A window of a recording as a smaller trace. */
import { noSamples } from '../../replay/sums/fold.js';
import { resolveWindow } from '../../replay/window/window.js';
import type { AskedWindow } from '../replay/chosen-samples.js';
import { withTrace } from '../replay/open-traces.js';
import { writeTrace } from './trace-output.js';

export interface CutRequest {
  readonly file: string;
  readonly window: AskedWindow;
  readonly output: string;
  readonly force: boolean;
}

/** @throws PyspyError as writeTrace does, and of kind "usage" for a window without samples */
export async function runCut({ file, window: asked, output, force }: CutRequest): Promise<void> {
  await withTrace(file, async (reader) => {
    const window = resolveWindow(reader, asked.from, asked.to);
    await writeTrace(
      { path: output, force, replacesInput: false },
      [reader],
      async (assembly, onProgress) => {
        const samples = await assembly.add(reader, { window, shiftNs: 0 }, onProgress);
        if (samples === 0) throw noSamples(reader, window);
        return samples;
      },
    );
  });
}
