// npm run build:binary: makes one executable of dist/ and a Node. Options, for another system than this one (docs/install.md):
//   --target linux-arm64 --node FILE --koffi FILE --sqlite FILE    and --out FILE
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCode } from '../bundle/bundle.js';
import { extend, readElf } from './elf.js';
import { entryFor } from './entry.js';
import { makeParts } from './scripts.js';
import { targetCalled } from './targets.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What Node looks for in itself: the byte after it says whether it carries something (src/node_sea_bin.cc). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
const own = `${process.platform}-${process.arch}`;

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: own },
    node: { type: 'string', default: process.execPath },
    koffi: { type: 'string' },
    sqlite: {
      type: 'string',
      default: `${root}node_modules/better-sqlite3/build/Release/better_sqlite3.node`,
    },
    out: { type: 'string' },
  },
});
const target = targetCalled(values.target);
const node = realpathSync(values.node);
const koffi = values.koffi ?? `${root}node_modules/${target.koffi}`;
const out = resolve(values.out ?? `${root}release-out/pyspy-${values.target}`);

const program = readFileSync(node);
for (const [file, bytes] of [node, koffi, values.sqlite].map(
  (name) => /** @type {const} */ ([name, readFileSync(name)]),
))
  if (readElf(bytes).machine !== target.machine) throw new Error(`${file} is not for ${values.target}`);
// What Node makes for itself to carry is read by the same version alone.
if (!program.includes(process.version))
  throw new Error(`${node} is not Node ${process.version}, which makes this`);

const fresh = `${out}.${process.pid}`;
const work = mkdtempSync(join(tmpdir(), 'pyspy-binary-'));
try {
  const folder = join(work, 'bundle');
  await makeParts(`${root}dist`, folder, { koffi, sqlite: values.sqlite, node });
  // Made by running it; without byte code it starts a fifth of a second later.
  if (values.target === own) writeCode(work, `${root}dist`, node);
  else console.log(`${values.target} cannot be run here: it gets no byte code`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(fresh, carrying(makeBlob(folder)));
  chmodSync(fresh, 0o755);
  renameSync(fresh, out);
  console.log(relative(process.cwd(), out));
} finally {
  rmSync(work, { recursive: true, force: true });
  rmSync(fresh, { force: true });
}

/**
 * What Node is to carry, in the form that it reads.
 * @param {string} folder
 */
function makeBlob(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const main = join(work, 'main.cjs');
  const [load, start] = [join(folder, 'load.cjs'), fileURLToPath(new URL('start.cjs', import.meta.url))].map(
    (path) => readFileSync(path, 'utf8'),
  );
  writeFileSync(main, `${load}\n{\n${start}\n}\n`);
  const config = {
    main,
    output: join(work, 'blob'),
    disableExperimentalSEAWarning: true,
    assets: Object.fromEntries(paths.map((path) => [relative(folder, path), path])),
  };
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
  const made = spawnSync(process.execPath, ['--experimental-sea-config', join(work, 'sea.json')], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`Node could not put it together: ${made.stderr}`);
  return readFileSync(config.output);
}

/** @param {Buffer} blob */
function carrying(blob) {
  const made = extend(program, { name: 'NODE_SEA_BLOB', data: blob }, entryFor(target.machine));
  const at = made.indexOf(fuse);
  if (at < 0 || made.indexOf(fuse, at + 1) >= 0) throw new Error(`${node} cannot carry programs`);
  made.write('1', at + fuse.length, 'latin1');
  return made;
}
