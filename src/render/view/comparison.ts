/** The page of a comparison: its data as bytes, in a file with its script. */
import type { ComparisonHead } from '../drawing/comparison-data.js';
import { comparisonStyle } from './comparison-style.js';
import { renderDocument } from './document.js';

/**
 * Writes the page.
 * @returns text of HTML, ASCII but for the title
 */
export function renderComparison(head: ComparisonHead): string {
  return renderDocument({
    title: head.title,
    script: 'render/comparison/main.js',
    style: comparisonStyle,
    data: new TextEncoder().encode(JSON.stringify(head)),
    asks: false,
  });
}
