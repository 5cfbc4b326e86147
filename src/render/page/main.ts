/** What a page begins with: reads the data that is in it, and draws. */

import { Recording } from '../figures/recording.js';
import { Page } from './page.js';

/** The data: deflated, in base64. */
async function readData(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function begin(main: HTMLElement, data: string): Promise<void> {
  try {
    new Page(main, new Recording(await readData(data))).open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    main.textContent = `This page cannot be shown: ${reason}. It needs a browser of 2023 or newer.`;
  }
}

const main = document.getElementById('page');
const data = document.getElementById('data')?.textContent;
if (main && data) void begin(main, data);
