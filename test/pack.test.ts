/** The package as npm makes it: nothing missing, nothing superfluous, and it runs elsewhere. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScripts } from '../src/commands/completion.js';
import { findSupportedPythons } from './support/pythons.js';
import { commandOf } from './support/targets.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  version: string;
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
  for (const name of installedWithIt()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(root, name), join(folder, name));
  }
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
      'dist/bundle/rehearsal.image',
      'dist/bundle/sql-thread.cjs',
      'dist/bundle/worker-thread.cjs',
      'dist/completions/_pyspy',
      'dist/completions/pyspy.bash',
      'dist/completions/pyspy.fish',
      'dist/pyspy.1',
    ])
      expect(files).toContain(name);
    // All of schema/ is there.
    for (const name of readdirSync(`${root}schema`)) expect(files).toContain(`schema/${name}`);
    const browser = files.filter((name) => name.startsWith('dist/render/'));
    expect(browser.sort()).toEqual(
      ['browser', 'comparison', 'page'].map((room) => `dist/render/${room}/main.js`),
    );
  });

  test('holds nothing else', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(?:package\.json|pyspy(?:-node)?\.js)|dist\/render\/(?:browser|comparison|page)\/main\.js|dist\/bundle\/[\w.-]+\.(?:cjs|code|image|txt)|dist\/completions\/\w+(?:\.\w+)?|dist\/pyspy\.1|schema\/[\w.]+|docs\/(?:[\w-]+\/)*[\w-]+\.(?:md|py|json|sh|yml|svg))$/;
    expect(files.filter((name) => !allowed.test(name))).toEqual([]);
  });
});

describe('the installed package', () => {
  test('knows its version', () => {
    expect(pyspy('--version').trim()).toBe(manifest.version);
  });

  test.each([
    ['bash', 'pyspy.bash'],
    ['zsh', '_pyspy'],
    ['fish', 'pyspy.fish'],
  ] as const)('has the completion for %s', (shell, file) => {
    expect(readFileSync(join(home, 'dist/completions', file), 'utf8')).toBe(completionScripts[shell]);
    expect(pyspy('completion', shell)).toBe(completionScripts[shell]);
  });

  const python = findSupportedPythons().at(-1);
  test.skipIf(python === undefined)('records and replays (needs an interpreter)', async () => {
    const trace = join(folder, 'run.trace');
    const command = await commandOf(python!, 'share.py', '0.5', '0.1', '0');
    pyspy('record', '-o', trace, '--', ...command);
    expect(pyspy('top', trace)).toMatch(/slow/);
    pyspy('flame', trace, '-o', join(folder, 'run.svg'));
    expect(readFileSync(join(folder, 'run.svg'), 'utf8')).toMatch(/^<\?xml|^<svg/);
    pyspy('report', trace, '-o', join(folder, 'run.html'));
    expect(readFileSync(join(folder, 'run.html'), 'utf8')).toMatch(
      /^<!doctype html>.*id="data">[\w+/=]{100}/s,
    );
    expect(pyspy('sql', trace, 'SELECT count(*) > 0 AS some FROM sample')).toMatch(/1/);
  });
});

/** The packages that it brings along, as "node_modules/koffi": those of the lock file that are not for development alone. */
function installedWithIt(): string[] {
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([name, { dev, devOptional }]) => name !== '' && !dev && !devOptional && existsSync(root + name))
    .filter(([name]) => name.lastIndexOf('node_modules/') === 0)
    .map(([name]) => name);
}

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
