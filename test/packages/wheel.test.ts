/** The wheel: what pip makes of it, offline, in an environment of its own. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readVersion } from '../../src/version.js';
import { build, isTarget, placeExecutable, remove } from './executable.js';

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const hasPip = spawnSync('python3', ['-c', 'import venv, ensurepip'], { env }).status === 0;
let folder: string;
let wheel: string;

function run(command: string, ...args: string[]): string {
  const done = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  expect({ status: done.status, stderr: done.status === 0 ? '' : done.stderr }).toEqual({
    status: 0,
    stderr: '',
  });
  return done.stdout;
}

describe.skipIf(!isTarget)('the wheel (needs Linux on x86-64 or arm64, and a Node in one piece)', () => {
  beforeAll(() => {
    const placed = placeExecutable();
    folder = placed.folder;
    build('scripts/binary/wheel.js', '--binary', placed.executable, '--out', folder);
    wheel = readdirSync(folder).find((name) => name.endsWith('.whl'))!;
  });
  afterAll(() => remove(folder));

  test('says in its name what it needs', () => {
    const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    expect(wheel).toMatch(
      new RegExp(`^pyspy_profiler-${readVersion()}-py3-none-manylinux_2_\\d\\d_${machine}\\.whl$`),
    );
  });

  test('is the same each time', () => {
    const first = readFileSync(join(folder, wheel));
    build('scripts/binary/wheel.js', '--binary', join(folder, 'pyspy'), '--out', folder);
    expect(readFileSync(join(folder, wheel)).equals(first)).toBe(true);
  });

  test.skipIf(!hasPip)('is installed by pip, offline (needs Python with venv)', () => {
    run('python3', '-m', 'venv', 'fresh');
    run('fresh/bin/python', '-m', 'pip', 'install', '--no-index', '--no-deps', wheel);
    rmSync(join(folder, 'pyspy'));
    expect(run('fresh/bin/pyspy', '--version').trim()).toBe(readVersion());
    expect(run('fresh/bin/python', '-m', 'pyspy_profiler', '--version').trim()).toBe(readVersion());
    expect(readFileSync(join(folder, 'fresh/share/man/man1/pyspy.1'), 'utf8')).toContain('.TH');
    for (const file of [
      'bash-completion/completions/pyspy',
      'zsh/site-functions/_pyspy',
      'fish/vendor_completions.d/pyspy.fish',
    ])
      expect(readFileSync(join(folder, 'fresh/share', file), 'utf8')).toContain('pyspy');
    expect(run('fresh/bin/python', '-m', 'pip', 'show', 'pyspy-profiler')).toContain(
      `Version: ${readVersion()}`,
    );
    run('fresh/bin/python', '-m', 'pip', 'uninstall', '-y', 'pyspy-profiler');
    expect(readdirSync(join(folder, 'fresh/bin'))).not.toContain('pyspy');
  });
});
