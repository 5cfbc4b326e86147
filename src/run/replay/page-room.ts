/** How much a page carries. */
import type { PageLimits } from '../../replay/page/page-contents.js';

/** About three megabytes, however long the recording. */
export const pageLimits: PageLimits = {
  mostSlices: 4_096,
  mostEntries: 500_000,
  mostNodes: 120_000,
  leastSlices: 100,
  leastNodes: 20_000,
  mostColumns: 3_600,
};

/** A page that is a file is no larger than this, in bytes, where fewer entries help. */
const mostPageBytes = 3_000_000;

/** Fewer entries say too little; and a page is drawn so many times at most. */
const [leastEntries, mostTries] = [20_000, 4];

/**
 * Draws a page with as many entries as there is room for.
 * @param draw is called again where what it drew is too large
 */
export function fitPage<Page extends { readonly text: string }>(
  draw: (limits: PageLimits) => Page,
  limits = pageLimits,
  mostBytes = mostPageBytes,
): Page {
  let { mostEntries } = limits;
  for (let tries = 1; ; tries++) {
    const page = draw({ ...limits, mostEntries });
    const size = Buffer.byteLength(page.text);
    if (size <= mostBytes || mostEntries <= leastEntries || tries === mostTries) return page;
    // A page has more in it than entries, which does not shrink with them.
    mostEntries = Math.max(leastEntries, Math.floor(mostEntries * Math.min(0.9, (mostBytes / size) ** 1.25)));
  }
}
