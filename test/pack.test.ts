/** The package as npm makes it: nothing missing, nothing superfluous, and it runs elsewhere. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findSupportedPythons } from './support/pythons.js';
import { commandOf } from './support/targets.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
let folder: string;
let home: string;
let files: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyspy-pack-'));
  // --ignore-scripts: dist/ has just been built (support/build.ts), and others run from it.
  const packed = run(
    'npm',
    ['pack', root, '--ignore-scripts', '--json', '--pack-destination', folder],
    folder,
  );
  const [pack] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  files = pack.files.map(({ path }) => path).sort();
  // What npm install does, without its downloads: the package unpacked, its dependencies beside it.
  home = join(folder, 'node_modules', 'pyspy');
  mkdirSync(home, { recursive: true });
  run('tar', ['-xzf', join(folder, pack.filename), '-C', home, '--strip-components=1'], folder);
  const own = new Set(Object.keys(manifest.devDependencies).map((name) => name.split('/')[0]));
  for (const name of readdirSync(`${root}node_modules`))
    if (!name.startsWith('.') && !own.has(name))
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm pack', () => {
  test('holds what is needed', () => {
    for (const name of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'bin/package.json',
      'bin/pyspy-node.js',
      'bin/pyspy.js',
      'dist/bundle/cli.cjs',
      `dist/bundle/cli.${process.platform}-${process.arch}-${process.versions.v8}.code`,
      'dist/bundle/licenses.txt',
      'dist/cli.js',
      'dist/pyspy.1',
    ])
      expect(files).toContain(name);
    for (const folderName of ['schema', 'src'] as const) {
      // Everything that src/ compiles to is there, and so is all of schema/.
      const names = readdirSync(root + folderName, { recursive: true, encoding: 'utf8' });
      const isSource = folderName === 'src';
      // What a browser runs is one script.
      const bundled = /^render\/browser\/(?!main\.ts$)/;
      for (const name of names.filter((file) => /\.\w+$/.test(file) && !bundled.test(file)))
        expect(files).toContain(isSource ? `dist/${name.replace(/\.ts$/, '.js')}` : `schema/${name}`);
    }
    const browser = files.filter((name) => name.startsWith('dist/render/browser/'));
    expect(browser).toEqual(['dist/render/browser/main.js']);
  });

  test('holds nothing else', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(?:package\.json|pyspy(?:-node)?\.js)|dist\/.*\.js|dist\/bundle\/[\w.-]+\.(?:cjs|code|image|txt)|dist\/pyspy\.1|schema\/[\w.]+|docs\/.*)$/;
    expect(files.filter((name) => !allowed.test(name))).toEqual([]);
  });
});

describe('the installed package', () => {
  test('knows its version', () => {
    expect(pyspy('--version').trim()).toBe(manifest.version);
  });

  const python = findSupportedPythons().at(-1);
  test.skipIf(python === undefined)('records and replays (needs an interpreter)', async () => {
    const trace = join(folder, 'run.trace');
    const command = await commandOf(python!, 'share.py', '0.5', '0.1', '0');
    pyspy('record', '-o', trace, '--', ...command);
    expect(pyspy('top', trace)).toMatch(/slow/);
    pyspy('flame', trace, '-o', join(folder, 'run.svg'));
    expect(readFileSync(join(folder, 'run.svg'), 'utf8')).toMatch(/^<\?xml|^<svg/);
  });
});

/** Runs the installed pyspy from a folder that is not its own. */
function pyspy(...args: string[]): string {
  return run(process.execPath, [join(home, 'bin', 'pyspy.js'), ...args], folder);
}

function run(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect({ status: done.status, stderr: done.status === 0 ? '' : done.stderr }).toEqual({
    status: 0,
    stderr: '',
  });
  return done.stdout;
}
