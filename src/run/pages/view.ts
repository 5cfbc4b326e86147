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
import { type PageRequest, pageText } from '../replay/report.js';
import { servePage } from './page-server.js';

/** The page that was made to see whether it can be is good for a browser that is opened now. */
const freshMs = 2_000;

export interface ViewRequest extends PageRequest {
  readonly file: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether a browser is opened. */
  readonly isOpened: boolean;
}

/**
 * Serves until a signal that ends.
 * @throws PyspyError as reading the trace does, and where it cannot be served
 */
export async function runView({ file, port, isOpened, ...page }: ViewRequest): Promise<void> {
  // Read for each request: a trace that grows is shown as it is then.
  const read = () => withTrace(file, (reader) => pageText(reader, page));
  // What cannot be shown is told here, not in a browser.
  const first = await read();
  const madeMs = performance.now();
  const isFresh = () => performance.now() - madeMs < freshMs;
  const server = await servePage(async () => (isFresh() ? first : await read()), port);
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
