// Makes dist/bundle/ of a built dist/: the command in one file, the threads of the recorder and of queries in others, and jsdom,
// which draws, in one of its own, each with the byte code that V8 made of it. load.cjs runs them.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { drawing } from './drawing.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Packages with native parts, which look for them beside their own files. */
const native = ['better-sqlite3', 'koffi', 'msgpackr'];

/** What all scripts are made with: each is one function, as load.cjs runs it. */
export const scriptOptions = /** @type {const} */ ({
  bundle: true,
  absWorkingDir: root,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  charset: 'ascii',
  // A script of its own has no import().
  supported: { 'dynamic-import': false },
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
});

/**
 * @param {string} dist the folder that src/ was compiled to, with its files
 * @param {string[]} carried files that went into the scripts of browsers
 * @throws {Error} if a script could not be made
 */
export async function bundle(dist, carried) {
  const scripts = [
    await build({
      ...scriptOptions,
      entryPoints: [`${dist}/cli.js`],
      outfile: `${dist}/bundle/cli.cjs`,
      external: native,
      plugins: [filesOfModules(dist), fromBundle('jsdom', 'drawing')],
    }),
    await build({
      ...scriptOptions,
      entryPoints: [`${dist}/record/sampling/worker.js`],
      outfile: `${dist}/bundle/worker.cjs`,
      external: native,
      plugins: [filesOfModules(dist)],
    }),
    await build({
      ...scriptOptions,
      entryPoints: [`${dist}/replay/sql/sql-worker.js`],
      outfile: `${dist}/bundle/sql-worker.cjs`,
      external: native,
      plugins: [filesOfModules(dist)],
    }),
    await bundleDrawing(`${dist}/bundle/drawing.cjs`),
  ];
  for (const name of ['cli', 'worker', 'sql-worker', 'drawing']) escapeAll(`${dist}/bundle/${name}.cjs`);
  const inputs = [...carried, ...scripts.flatMap(({ metafile }) => Object.keys(metafile.inputs))];
  writeFileSync(`${dist}/bundle/licenses.txt`, licensesOf(inputs));
  for (const name of ['load', 'worker-thread', 'sql-thread'])
    cpSync(`${root}scripts/bundle/${name}.cjs`, `${dist}/bundle/${name}.cjs`);
  await writeRehearsalImage(dist);
  writeCode(dist, dist);
}

/**
 * jsdom, of which pictures are drawn.
 * @param {string} outfile
 */
export function bundleDrawing(outfile) {
  return build({
    ...scriptOptions,
    stdin: { contents: 'export { JSDOM } from "jsdom";', resolveDir: root },
    outfile,
    external: ['canvas'],
    minify: true,
    plugins: [drawing()],
  });
}

/**
 * Has the scripts of a bundle write their byte code.
 * @param {string} folder in which bundle/ is
 * @param {string} modules the folder of compiled modules from which it was made
 * @param {string} node the Node that will run them
 * @throws {Error} if a script fails
 */
export function writeCode(folder, modules, node = process.execPath) {
  const coded = spawnSync(node, [`${root}scripts/bundle/code.js`, folder, modules], {
    encoding: 'utf8',
    // Options for pyspy (PYSPY_RATE) or V8 in the environment of the build do not count: V8 takes byte code only where it
    // runs with the same options.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:PYSPY|NODE)_/.test(name))),
  });
  if (coded.status !== 0) throw new Error(`making byte code failed: ${coded.stderr}`);
}

/**
 * The memory that the recorder practises on is that of a process of the tests.
 * @param {string} dist
 */
async function writeRehearsalImage(dist) {
  const { encodeImage } = await import(`${dist}/record/sampling/rehearsal-image.js`);
  const { rehearsalLayout } = await import(`${dist}/record/sampling/rehearsal.js`);
  const { decodePages } = await import(`${dist}/platform/saved.js`);
  const saved = `${root}test/fixtures/memory/cpython-${rehearsalLayout}`;
  const { runtime } = JSON.parse(readFileSync(`${saved}.json`, 'utf8'));
  const image = encodeImage(decodePages(readFileSync(`${saved}.pages`)), runtime);
  writeFileSync(`${dist}/bundle/rehearsal.image`, image);
}

/**
 * Makes a script ASCII, as load.cjs reads it. esbuild leaves signs in regular expressions and comments as they are.
 * @param {string} file
 */
export function escapeAll(file) {
  const escaped = (/** @type {string} */ sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, escaped));
}

/**
 * What a module reads from beside itself stays where it is.
 * @param {string} dist
 * @returns {import('esbuild').Plugin}
 */
function filesOfModules(dist) {
  return {
    name: 'files of modules',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const text = path.startsWith(`${dist}/`) ? readFileSync(path, 'utf8') : '';
        if (!text.includes('import.meta.url')) return null;
        const place = JSON.stringify(`/../${relative(dist, path)}`);
        const url = `require("node:url").pathToFileURL(__dirname + ${place}).href`;
        return { contents: text.replaceAll('import.meta.url', url), loader: 'js' };
      });
    },
  };
}

/**
 * Takes a package from another script of dist/bundle/, once it is needed.
 * @param {string} name @param {string} script
 * @returns {import('esbuild').Plugin}
 */
export function fromBundle(name, script) {
  return {
    name: `${name} from a bundle`,
    setup({ onLoad, onResolve }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'bundle' }));
      onResolve({ filter: /\/load\.cjs$/, namespace: 'bundle' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /./, namespace: 'bundle' }, () => ({
        contents: `module.exports = require('./load.cjs').load('${script}');`,
        loader: 'js',
      }));
    },
  };
}

/**
 * The licenses of the packages whose code is in the scripts.
 * @param {readonly string[]} inputs paths
 */
export function licensesOf(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
    const files = readdirSync(root + folder).filter((file) => /^(?:licen[cs]e|copying|notice)\b/i.test(file));
    // One that comes without a text of its license has it here.
    const paths =
      files.length > 0 ? files.map((file) => `${folder}/${file}`) : [`scripts/bundle/licenses/${name}.txt`];
    const text = paths.map((path) => readFileSync(root + path, 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${license})\n\n${text}`;
  });
  const line = '-'.repeat(80);
  return `The scripts in this folder hold code of these packages.\n\n${texts.join(`\n\n${line}\n\n`)}\n`;
}
