/** Shows a trace in a browser on this machine, until Ctrl-C. */
import { withTrace } from '../replay/open-traces.js';
import { drawAsked, type PageRequest } from '../replay/report.js';
import { PageSources } from './page-sources.js';
import { type ServingOptions, serveUntilEnd } from './serving.js';

export interface ViewRequest extends Omit<PageRequest, 'isServed'>, ServingOptions {
  readonly file: string;
  /** Where sources are instead; null for where they were. */
  readonly sourceFolder: string | null;
}

/**
 * Serves until a signal that ends.
 * @throws PyspyError as reading the trace does, and where it cannot be served
 */
export async function runView({ file, sourceFolder, port, isOpened, ...page }: ViewRequest): Promise<void> {
  let sources: PageSources;
  const read = () =>
    withTrace(file, (reader) => {
      const { text, stacks } = drawAsked(reader, { ...page, isServed: true });
      sources = new PageSources(stacks);
      return text;
    });
  const source = (name: string) => withTrace(file, (reader) => sources.read(reader, name, sourceFolder));
  await serveUntilEnd({ page: read, source }, { port, isOpened });
}
