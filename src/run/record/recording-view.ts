/** What `record -o profile.svg` makes of its recording at the end. */
import { basename } from 'node:path';
import type { ChosenSamples } from '../replay/chosen-samples.js';
import { exportTrace } from '../replay/export.js';
import { runFlame } from '../replay/flame.js';

export interface ViewRequest {
  readonly kind: 'flame' | 'folded' | 'speedscope' | 'chrome';
  /** File to make. */
  readonly path: string;
  readonly trace: string;
  readonly samples: ChosenSamples;
  readonly threads: boolean;
  /** Whether frames have their lines, where that is a choice. */
  readonly lines: boolean;
}

/** @throws PyspyError as drawing and exporting do */
export async function makeView({ kind, path, trace, samples, threads, lines }: ViewRequest): Promise<void> {
  const [file, output, window] = [trace, path, {}];
  if (kind !== 'flame') {
    const detail = lines ? 'line' : 'name';
    return exportTrace({ file, output, window, format: kind, samples, detail, threads });
  }
  await runFlame({
    ...{ file, output, window, samples, threads, title: basename(file) },
    ...{ lines: false, processes: false, inverted: false, rollups: true, intervalMs: null },
  });
}
