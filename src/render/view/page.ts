/**
 * The page: one HTML file with its data, its style and its script inside. Its policy lets it load nothing and run nothing else;
 * text of the recorded program is in the data alone, which the script shows as text.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { readBuiltFile } from '../../package-files.js';
import { packColumns } from '../drawing/number-columns.js';
import { columnNames, type PageColumns, type PageHead } from '../drawing/page-data.js';
import { showText } from '../words/text.js';
import { pageStyle } from './style.js';

/**
 * Writes the page.
 * @returns text of HTML, ASCII but for the title
 */
export function renderPage(head: PageHead, columns: PageColumns): string {
  const script = readBuiltFile('render/page/main.js').toString().trimEnd();
  const packed = packColumns(
    head,
    columnNames.map((name) => columns[name]),
  );
  const data = deflateRawSync(packed, { level: 9 }).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(pageStyle)}`,
    // A page that is served asks its own server for source files.
    ...(head.isServed ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(showText(head.title))}</title>
<style>${pageStyle}</style>
</head>
<body>
<noscript><p>This page draws with JavaScript, which is switched off. Everything that it needs is in the file itself.</p></noscript>
<main id="page"></main>
<script type="application/octet-stream" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** As a source of a Content-Security-Policy. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
