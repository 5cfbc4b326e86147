/** A trace as one compact file. */
import { withTrace } from '../replay/open-traces.js';
import { writeTrace } from './trace-output.js';

export interface PackRequest {
  readonly file: string;
  readonly output: string;
  readonly force: boolean;
}

/** @throws PyspyError as writeTrace does */
export async function runPack({ file, output, force }: PackRequest): Promise<void> {
  await withTrace(file, (reader) =>
    writeTrace({ path: output, force, replacesInput: true }, [reader], (assembly, onProgress) =>
      assembly.add(reader, { window: null, shiftNs: 0 }, onProgress),
    ),
  );
}
