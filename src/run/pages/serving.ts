/** Serves a page to a browser on this machine, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endingSignals, onSignals } from '../../caller.js';
import { browserCommand } from '../../platform/browser.js';
import { tell } from '../output/notes.js';
import { print } from '../output/stdout.js';
import { withTemporaryFolder } from '../output/temporary-folder.js';
import { type PageSite, servePage } from './page-server.js';

/** The page that was made to see whether it can be is good for a browser that is opened now. */
const freshMs = 2_000;

export interface ServingOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether a browser is opened. */
  readonly isOpened: boolean;
}

/**
 * Serves until a signal that ends. The page is made anew for each request: of a trace that grows it shows what there is then.
 * @throws PyspyError as making the page does, and where it cannot be served
 */
export async function serveUntilEnd(
  { page, source }: PageSite,
  { port, isOpened }: ServingOptions,
): Promise<void> {
  // What cannot be shown is told here, not in a browser.
  const first = await page();
  const madeMs = performance.now();
  const isFresh = () => performance.now() - madeMs < freshMs;
  const server = await servePage({ page: async () => (isFresh() ? first : await page()), source }, port);
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
