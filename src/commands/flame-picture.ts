/** Draws a trace, or a part of it, into a file. */

import { basename } from 'node:path';
import type { FilterOptions } from '../replay/filter.js';
import { tell } from './notes.js';
import { describeFilter, type WindowOptions } from './options.js';
import { print } from './output.js';

export interface FlameOptions extends WindowOptions, FilterOptions {
  readonly output?: string;
  readonly lines?: boolean;
  readonly threads?: boolean;
  readonly inverted?: boolean;
  readonly title?: string;
  readonly rollups?: boolean;
}

/**
 * @param note takes a sentence about a picture with nothing in it
 * @returns the file that was written; null for stdout
 */
export async function drawFlame(
  file: string,
  options: FlameOptions,
  note: (text: string) => void = tell,
): Promise<string | null> {
  const { createFilter } = await import('../replay/filter.js');
  const filter = createFilter(options);
  const [{ windowFigures }, { withSummedTrace }] = await Promise.all([
    import('../replay/window.js'),
    import('./summed-trace.js'),
  ]);
  const output = options.output ?? `${basename(file).replace(/\.trace$/, '')}.svg`;
  await withSummedTrace(file, options, async (reader, window) => {
    const draw = async () => {
      const [{ foldWindow }, { buildFlameTree }, { CodePaths }, heading, { renderFlame }] = await Promise.all(
        [
          import('../replay/fold.js'),
          import('../replay/flame-tree.js'),
          import('../replay/code-path.js'),
          import('./heading.js'),
          import('../render/picture/flame.js'),
        ],
      );
      const fold = foldWindow(reader, window, filter, { rollups: options.rollups !== false });
      if (fold.samples === 0) {
        const { whyNothing } = await import('./nothing.js');
        const { idleSamples, idleNs } = fold.counts;
        note(whyNothing(reader, options, { idle_samples: idleSamples, idle_s: idleNs / 1e9 }));
      }
      const inverted = options.inverted ?? false;
      const tree = buildFlameTree(fold, new CodePaths(reader.processes()), {
        lines: options.lines ?? false,
        threads: options.threads ?? false,
        inverted,
      });
      const svg = renderFlame(tree, {
        title: options.title ?? basename(file),
        command: heading.describeCommand(reader),
        window: heading.describeWindow(windowFigures(window)),
        notes: [
          ...describeFilter(options),
          ...(inverted ? ['inverted: callers under callees'] : []),
          ...heading.shortNotes(reader, window, fold.counts),
        ],
        inverted,
      });
      return [svg];
    };
    if (output === '-') return print((await draw()).join(''));
    const { writeOutput } = await import('./output-file.js');
    await writeOutput(output, [file], draw);
  });
  return output === '-' ? null : output;
}
