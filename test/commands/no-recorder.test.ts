/** Systems without a recorder: what needs one says so in a sentence, before anything of it is loaded; the rest works. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeTrace } from '../golden/make-traces.js';

vi.mock('koffi', () => {
  throw new Error('native code of the recorder was loaded');
});

const own = { platform: process.platform, arch: process.arch };
let directory: string;
let trace: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-no-recorder-'));
  trace = join(directory, 'v2-complete.trace');
  makeTrace(directory, 'v2-complete.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function pretend(system: { readonly platform: string; readonly arch: string }): void {
  for (const [name, value] of Object.entries(system)) Object.defineProperty(process, name, { value });
}

const needing: readonly (readonly string[])[] = [
  ['record', '--', 'python', 'program.py'],
  ['record', '--pid', '1'],
  ['record', '--pid', '1', '-o', '/nowhere/at/all.trace'],
  ['record', '-o', 'run.svg', '--', 'python', 'program.py'],
  ['record'],
  ['ps'],
  ['ps', '--json'],
  ['top', '--pid', '1'],
  ['top', '1'],
  ['top', '--', 'python', 'program.py'],
  ['top', '--pid', 'python.*program'],
  ['dump', '--pid', '1', '--locals'],
  ['dump', '-p', '1'],
  ['flame', '--pid', '1', '-o', 'now.svg'],
  ['flame', '--', 'python', 'program.py'],
  ['--pid', '1'],
  ['1'],
  ['--', 'python', 'program.py'],
  ['--flame', 'out.svg', '--pid', '1'],
];

describe.each([
  ['win32', 'arm64', 'Windows arm64'],
  ['darwin', 'arm64', 'macOS arm64'],
  ['freebsd', 'x64', 'freebsd x64'],
])('%s %s', (platform, arch, title) => {
  let runCli: typeof import('./run-cli.js').runCli;

  beforeAll(async () => {
    vi.resetModules();
    pretend({ platform, arch });
    ({ runCli } = await import('./run-cli.js'));
  });
  afterAll(() => pretend(own));

  test.each(needing.map((words) => [words.join(' '), words] as const))('%s is refused', async (_, words) => {
    const { status, stdout, stderr } = await runCli(...words);
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(
      /^pyspy: running programs can be read on Linux x64.* only, not on .*, where every command that takes a trace works\nhint: .*\n$/,
    );
    expect(stderr).toContain(`not on ${title}, where`);
  });

  test('a trace is shown, and its help', async () => {
    const { status, stdout } = await runCli('top', trace, '--limit', '3');
    expect(status).toBe(0);
    expect(stdout).toContain('Parser._descend');
    expect((await runCli('dump', trace, '--at', '50%')).status).toBe(0);
    expect((await runCli('record', '--help')).stdout).toContain('pyspy record --pid 1234');
    const svg = join(directory, `${platform}.svg`);
    expect(await runCli('flame', trace, '-o', svg)).toMatchObject({ status: 0, stderr: `wrote ${svg}\n` });
    expect(readFileSync(svg, 'utf8')).toContain('<svg');
  });

  test('no pids are offered where none can be read', async () => {
    expect(await runCli('complete', '--', 'top', '--pid', '')).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
