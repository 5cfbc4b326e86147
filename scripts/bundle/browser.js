// Makes the one script that every picture carries: src/render/browser/ with what it shares with the drawing in Node.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} dist the folder that gets render/browser/main.js
 * @throws {Error} if it could not be made
 */
export async function bundleBrowser(dist) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/render/browser/main.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // A picture may be put into a page of any encoding, and each carries the script.
    charset: 'ascii',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [withoutPackages],
  });
  // In a picture the script is in a CDATA section, which "]]>" ends. In code these are brackets and a comparison.
  const script = outputFiles.map(({ text }) => text.replaceAll(']]>', ']] >')).join('');
  mkdirSync(`${dist}/render/browser`, { recursive: true });
  writeFileSync(`${dist}/render/browser/main.js`, script);
}

/** Packages are far larger than the script; what it shares with Node must do without. @type {import('esbuild').Plugin} */
const withoutPackages = {
  name: 'no packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => ({ errors: [{ text: `pictures cannot carry ${path}` }] }));
  },
};
