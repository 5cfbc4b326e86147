// npm run build:wheel: packs a single executable for pip (PEP 427). pip puts it onto the PATH as it is; Python is needed to
// install it, and not to run it. Options: --target linux-arm64, --binary FILE, --sqlite FILE, --koffi FILE, --out FOLDER
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { neededVersions } from './elf.js';
import { oldestGlibc } from './manylinux.js';
import { targetCalled } from './targets.js';
import { zip } from './zip.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The name that pip knows; "pyspy" is another project there. */
const name = 'pyspy-profiler';
const module = 'pyspy_profiler';
/** Where shells look for completions, below the environment. */
const completions = /** @type {const} */ ([
  ['pyspy.bash', 'share/bash-completion/completions/pyspy'],
  ['_pyspy', 'share/zsh/site-functions/_pyspy'],
  ['pyspy.fish', 'share/fish/vendor_completions.d/pyspy.fish'],
]);

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    binary: { type: 'string' },
    koffi: { type: 'string' },
    sqlite: {
      type: 'string',
      default: `${root}node_modules/better-sqlite3/build/Release/better_sqlite3.node`,
    },
    out: { type: 'string', default: `${root}release-out` },
  },
});
const target = targetCalled(values.target);
const { version, description, license } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const binary = readFileSync(values.binary ?? `${root}release-out/pyspy-${values.target}`);
const natives = [values.koffi ?? `${root}node_modules/${target.koffi}`, values.sqlite];
const needed = [binary, ...natives.map((file) => readFileSync(file))].flatMap((bytes) =>
  neededVersions(bytes),
);
const tag = `py3-none-manylinux_${oldestGlibc(needed)}_${target.wheel}`;

const data = `${module}-${version}.data`;
const info = `${module}-${version}.dist-info`;
const files = [
  { name: `${module}/__init__.py`, bytes: text(`"""${description}."""\n`) },
  { name: `${module}/__main__.py`, bytes: readFileSync(new URL('wheel-main.py', import.meta.url)) },
  { name: `${data}/scripts/pyspy`, bytes: binary, isProgram: true },
  { name: `${data}/data/share/man/man1/pyspy.1`, bytes: readFileSync(`${root}dist/pyspy.1`) },
  ...completions.map(([file, path]) => ({
    name: `${data}/data/${path}`,
    bytes: readFileSync(`${root}dist/completions/${file}`),
  })),
  { name: `${info}/METADATA`, bytes: text(metadata()) },
  {
    name: `${info}/WHEEL`,
    bytes: text(`Wheel-Version: 1.0\nGenerator: pyspy\nRoot-Is-Purelib: false\nTag: ${tag}\n`),
  },
  { name: `${info}/licenses/LICENSE`, bytes: readFileSync(`${root}LICENSE`) },
];
const record = files.map((file) => {
  const hash = createHash('sha256').update(file.bytes).digest('base64url');
  return `${file.name},sha256=${hash},${file.bytes.length}\n`;
});
files.push({ name: `${info}/RECORD`, bytes: text(`${record.join('')}${info}/RECORD,,\n`) });
mkdirSync(values.out, { recursive: true });
const out = join(resolve(values.out), `${module}-${version}-${tag}.whl`);
writeFileSync(out, zip(files));
console.log(relative(process.cwd(), out));

function metadata() {
  const fields = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    `Summary: ${description}`,
    `License: ${license}`,
    'Requires-Python: >=3.8',
    'Description-Content-Type: text/markdown',
  ];
  return `${fields.join('\n')}\n\n${readFileSync(`${root}README.md`, 'utf8')}`;
}

/** @param {string} words */
function text(words) {
  return Buffer.from(words);
}
