/** Shows a trace in a browser on this machine, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endingSignals, onSignals } from '../../caller.js';
import { browserCommand } from '../../platform/browser.js';
import { tell } from '../output/notes.js';
import { print } from '../output/stdout.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { withTrace } from '../replay/open-traces.js';
import { drawAsked, type PageRequest } from '../replay/report.js';
import { servePage } from './page-server.js';
import { PageSources } from './page-sources.js';

/** The page that was made to see whether it can be is good for a browser that is opened now. */
const freshMs = 2_000;

export interface ViewRequest extends Omit<PageRequest, 'isServed'> {
  readonly file: string;
  /** Where sources are instead; null for where they were. */
  readonly sourceFolder: string | null;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether a browser is opened. */
  readonly isOpened: boolean;
}

/**
 * Serves until a signal that ends.
 * @throws PyspyError as reading the trace does, and where it cannot be served
 */
export async function runView({ file, sourceFolder, port, isOpened, ...page }: ViewRequest): Promise<void> {
  // Read for each request: a trace that grows is shown as it is then.
  let sources: PageSources;
  const read = () =>
    withTrace(file, (reader) => {
      const { text, stacks } = drawAsked(reader, { ...page, isServed: true });
      sources = new PageSources(stacks);
      return text;
    });
  // What cannot be shown is told here, not in a browser.
  const first = await read();
  const madeMs = performance.now();
  const isFresh = () => performance.now() - madeMs < freshMs;
  const site = {
    page: async () => (isFresh() ? first : await read()),
    source: (name: string) => withTrace(file, (reader) => sources.read(reader, name, sourceFolder)),
  };
  const server = await servePage(site, port);
  const ended = new Promise<void>((resolve) => {
    const forget = onSignals(endingSignals, () => {
      forget();
      resolve();
    });
  });
  try {
    await print(`${server.address}\n`);
    tell('Ctrl-C ends it.');
    await withTemporaryFolder(async (folder) => {
      if (isOpened) openBrowser(server.address, folder);
      await ended;
    });
  } finally {
    server.close();
  }
}

/** By way of a private file: other users can read command lines, and the address has a secret in it. */
function openBrowser(address: string, folder: string): void {
  const command = browserCommand();
  const file = join(folder, 'open.html');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">\n`, {
    mode: 0o600,
  });
  const [program, ...words] = [...command, pathToFileURL(file).href];
  // Where there is none, the address was printed.
  spawn(program!, words, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
