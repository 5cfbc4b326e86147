// Makes what is inside of the single executable, as files in a folder: scripts, native modules, schemas, licenses.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleBrowser } from '../bundle/browser.js';
import { bundleDrawing, escapeAll, fromBundle, licensesOf, scriptOptions } from '../bundle/bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** The scripts besides jsdom's, and the module of dist/ that each begins with. */
const entries = {
  cli: 'cli.js',
  worker: 'record/sampling/worker.js',
  'sql-worker': 'replay/sql/sql-worker.js',
};

/** What packages load by names of their own, and the native module that they get. */
const natives = [
  { filter: /^bindings$/, text: "module.exports = () => loadNative('better_sqlite3');" },
  { filter: /^@koromix\/koffi-/, text: "module.exports = loadNative('koffi');" },
];

/** A package that makes strings of msgpack faster, which batches hardly have. */
const absent = /^msgpackr-extract$/;

/**
 * @param {string} dist a whole build
 * @param {string} folder is filled
 * @param {{ koffi: string, sqlite: string, node: string }} files native modules for the target, and its Node
 * @throws {Error} if something is missing
 */
export async function makeParts(dist, folder, { koffi, sqlite, node }) {
  const common = { ...scriptOptions, alias: { koffi: `${root}node_modules/koffi/index.cjs` } };
  const scripts = [];
  for (const [name, entry] of Object.entries(entries)) {
    const plugins = [insideOf(dist), fromBundle('jsdom', 'drawing')];
    scripts.push(
      await build({
        ...common,
        entryPoints: [`${dist}/${entry}`],
        outfile: `${folder}/${name}.cjs`,
        plugins,
      }),
    );
  }
  scripts.push(await bundleDrawing(`${folder}/drawing.cjs`));
  for (const name of [...Object.keys(entries), 'drawing']) escapeAll(`${folder}/${name}.cjs`);
  const carried = await bundleBrowser(folder);
  const inputs = [...carried, ...scripts.flatMap(({ metafile }) => Object.keys(metafile.inputs))];
  /** @param {string} from @param {string} to */
  const copy = (from, to) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(from, join(folder, to));
  };
  copy(`${here}load.cjs`, 'load.cjs');
  copy(`${root}package.json`, 'package.json');
  for (const name of readdirSync(`${root}schema`)) copy(`${root}schema/${name}`, `schema/${name}`);
  copy(`${dist}/bundle/rehearsal.image`, 'bundle/rehearsal.image');
  copy(koffi, 'koffi.node');
  copy(sqlite, 'better_sqlite3.node');
  mkdirSync(join(folder, 'bundle'), { recursive: true });
  writeFileSync(join(folder, 'bundle/licenses.txt'), `${licensesOf(inputs)}\n${licenseOfNode(node)}`);
}

/**
 * Modules as they are in the executable. Those that ask for files beside themselves would not find them there.
 * @param {string} dist
 * @returns {import('esbuild').Plugin}
 */
function insideOf(dist) {
  const native = `import { loadNative } from ${JSON.stringify(`${here}native.js`)};\n`;
  return {
    name: 'inside of the executable',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\/package-files\.js$/ }, () => ({ path: `${here}inside.js` }));
      onResolve({ filter: /\/src\/errors\.js$/ }, () => ({ path: `${dist}/errors.js` }));
      onResolve({ filter: /\/load\.cjs$/ }, ({ path }) => ({ path, external: true }));
      for (const { filter, text } of natives) {
        onResolve({ filter }, () => ({ path: text, namespace: 'native' }));
      }
      onResolve({ filter: absent }, ({ path }) => ({ path, namespace: 'absent' }));
      onLoad({ filter: /./, namespace: 'native' }, ({ path }) => ({
        contents: native.replace(/^import (.*) from (.*);/, 'const $1 = require($2);') + path,
        resolveDir: here,
      }));
      onLoad({ filter: /./, namespace: 'absent' }, () => ({ contents: "throw new Error('not there');" }));
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (!path.startsWith(`${resolve(dist)}/`)) return null;
        return readFileSync(path, 'utf8').includes('import.meta.url')
          ? { errors: [{ text: `${path} looks for files beside itself (see src/package-files.ts)` }] }
          : null;
      });
    },
  };
}

/**
 * Where the license of a Node is; undefined where it came without.
 * @param {string} node its executable
 */
export function licenseFileOf(node) {
  const places = ['../LICENSE', 'LICENSE', '../share/doc/nodejs/LICENSE', '../share/doc/node/LICENSE'];
  return places.map((place) => resolve(dirname(node), place)).find((path) => existsSync(path));
}

/** @param {string} node */
function licenseOfNode(node) {
  const file = licenseFileOf(node);
  if (file === undefined) throw new Error(`there is no license of Node beside ${node}`);
  return `${'-'.repeat(80)}\n\nThe executable is that of Node.js.\n\n${readFileSync(file, 'utf8')}`;
}
