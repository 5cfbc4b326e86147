// Makes the scripts that run in browsers: the one that every picture carries, src/render/browser/, and that of pages,
// src/render/page/, and that of comparisons, src/render/comparison/, each with what it shares with the drawing in Node.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} dist the folder that gets render/browser/main.js, render/page/main.js and render/comparison/main.js
 * @returns {Promise<string[]>} the files that went into them
 * @throws {Error} if one could not be made
 */
export async function bundleBrowser(dist) {
  return [
    // Packages are far larger than the script of a picture.
    ...(await bundleScript(dist, 'render/browser/main', [withoutPackages])),
    ...(await bundleScript(dist, 'render/page/main', [])),
    ...(await bundleScript(dist, 'render/comparison/main', [withoutPackages])),
  ];
}

/**
 * @param {string} dist @param {string} name of the script, under src/ and dist/
 * @param {import('esbuild').Plugin[]} plugins
 */
async function bundleScript(dist, name, plugins) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // A picture may be put into a page of any encoding, and each carries the script.
    charset: 'ascii',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins,
  });
  // In a picture the script is in a CDATA section, which "]]>" ends. In code these are brackets and a comparison.
  const script = outputFiles.map(({ text }) => text.replaceAll(']]>', ']] >')).join('');
  mkdirSync(dirname(`${dist}/${name}`), { recursive: true });
  writeFileSync(`${dist}/${name}.js`, script);
  return Object.keys(metafile.inputs);
}

/** What a picture shares with Node must do without packages. @type {import('esbuild').Plugin} */
const withoutPackages = {
  name: 'no packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => ({ errors: [{ text: `pictures cannot carry ${path}` }] }));
  },
};
