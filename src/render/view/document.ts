/**
 * The file of a page: HTML with its data, its style and its script inside. Its policy lets it load nothing and run nothing else;
 * text of recorded programs is in the data alone, which the script shows as text.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { readBuiltFile } from '../../package-files.js';
import { showText } from '../words/text.js';

export interface PageDocument {
  readonly title: string;
  /** Path of the script, as the build made it. */
  readonly script: string;
  readonly style: string;
  /** What the script reads. */
  readonly data: Uint8Array;
  /** Whether it may ask its own server for more. */
  readonly asks: boolean;
}

/**
 * Writes the file.
 * @returns text of HTML, ASCII but for the title
 */
export function renderDocument({ title, script: path, style, data: bytes, asks }: PageDocument): string {
  const script = readBuiltFile(path).toString().trimEnd();
  const data = deflateRawSync(bytes, { level: 9 }).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    ...(asks ? ["connect-src 'self'"] : []),
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
<title>${escapeMarkup(showText(title))}</title>
<style>${style}</style>
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
