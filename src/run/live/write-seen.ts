/** The w of the live view: what was recorded so far, as a trace to keep. */
import { statSync } from 'node:fs';
import { Assembly } from '../../format/assembly/assembly.js';
import { TraceReader } from '../../format/reading/reader.js';
import { checkOutput } from '../../format/writing/output-path.js';
import { counted, showSize } from '../../render/words/text-numbers.js';

/**
 * Copies a trace that is being recorded.
 * @returns what to tell of it
 * @throws PyspyError of kind "usage" or "output" where it cannot be written
 */
export async function writeSeen(from: string, path: string, force: boolean): Promise<string> {
  const reader = TraceReader.open(from);
  try {
    checkOutput(path, force);
    let samples = 0;
    await Assembly.make(path, force, async (assembly) => {
      samples = await assembly.add(
        reader,
        { window: null, shiftNs: 0 },
        () => new Promise<void>((resolve) => setImmediate(resolve)),
      );
    });
    return `wrote ${path} (${counted(samples, 'sample')}, ${showSize(statSync(path).size)})`;
  } finally {
    reader.close();
  }
}
