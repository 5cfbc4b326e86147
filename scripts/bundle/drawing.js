// The part of jsdom that pictures are drawn with. A picture is a document of SVG elements that loads nothing, runs
// nothing and computes no style, so what jsdom has for these is left out: half of it, by the time that it takes to load.
import { readFileSync } from 'node:fs';

/** @param {string} what a module that is there in name alone: to use anything of it is an error */
const absent = (what) => `
module.exports = new Proxy({}, { get(_, name) {
  if (typeof name === 'symbol' || name === '__esModule') return undefined;
  throw new Error('pictures are drawn without ${what}, which was asked for ' + name);
} });`;

/** What takes the place of which files of node_modules/: the end of a path, and the text of a module. */
const replaced = [
  // The network: no request can leave a picture.
  {
    path: /\/undici\/index\.js$/,
    text: shell(['Dispatcher', 'DecoratorHandler', 'WebSocket', 'getGlobalDispatcher']),
  },
  { path: /\/undici\/lib\/handler\/(?:un)?wrap-handler\.js$/, text: absent('undici') },
  { path: /\/tldts\/dist\/cjs\/index\.js$/, text: absent('tldts') },
  { path: /\/tr46\/index\.js$/, text: absent('tr46') },
  { path: /\/@exodus\/bytes\/fallback\/multi-byte\.encodings\.json$/, text: 'module.exports = {};' },
  // Styles: every element gets an object for its own, which nothing asks for anything.
  {
    path: /\/jsdom\/lib\/generated\/idl\/CSSStyleProperties\.js$/,
    text: 'exports.createImpl = () => ({}); exports.install = () => {}; exports.is = exports.isImpl = () => false;',
  },
  {
    path: /\/jsdom\/lib\/jsdom\/living\/css\/helpers\/(?:patched-csstree|css-parser|css-values|computed-style|stylesheets)\.js$/,
    text: 'module.exports = {};',
  },
  { path: /\/jsdom\/lib\/generated\/css-property-\w+\.js$/, text: 'module.exports = {};' },
  { path: /\/@asamuzakjp\/dom-selector\/src\/index\.js$/, text: shell(['DOMSelector']) },
];

/** Lists the interfaces that a window has. */
const interfaces = /\/jsdom\/living\/interfaces\.js$/;

/** Those that are left out: those of HTML (but for what each window makes) and of the network. */
const unneeded =
  /^(?:HTML(?!Element|UnknownElement|Option|Image|Audio|Media|Collection)|XMLHttp|WebSocket|File|FormData|Text(?:De|En)coder|DOMParser)/;

/** @param {readonly string[]} names of classes and functions that do nothing */
function shell(names) {
  return names.map((name) => `exports.${name} = function ${name}() {};`).join('\n');
}

/** jsdom without what pictures do not need. Each replacement must find its file, or the build fails. */
export function drawing() {
  return {
    name: 'jsdom for pictures',
    /** @param {import('esbuild').PluginBuild} build */
    setup({ onLoad, onEnd }) {
      const found = new Set();
      for (const { path, text } of replaced) {
        onLoad({ filter: path }, () => {
          found.add(path);
          return { contents: text, loader: 'js' };
        });
      }
      onLoad({ filter: interfaces }, ({ path }) => {
        found.add(interfaces);
        const withAll = readFileSync(path, 'utf8');
        const line = /^ {2}(\w+): require\(.*$/gm;
        return {
          contents: withAll.replace(line, (all, name) => (unneeded.test(name) ? '' : all)),
          loader: 'js',
        };
      });
      onEnd(() => {
        const paths = [...replaced.map(({ path }) => path), interfaces];
        const missing = paths.filter((path) => !found.has(path)).map(({ source }) => source);
        return missing.length === 0
          ? null
          : { errors: [{ text: `jsdom has changed: no ${missing.join(', ')}` }] };
      });
    },
  };
}
