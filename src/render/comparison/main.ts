/** What the page of a comparison begins with: reads the data that is in it, and draws. */
import type { ComparisonHead } from '../drawing/comparison-data.js';
import { beginPage } from '../page/html.js';
import { ComparisonPage } from './comparison-page.js';

void beginPage((main, bytes) => {
  const head = JSON.parse(new TextDecoder().decode(bytes)) as ComparisonHead;
  new ComparisonPage(main, head).open();
});
